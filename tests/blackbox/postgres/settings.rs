//! The same source gives the same answer: whatever a role, a database or a server has set, a definition depends on the schema alone.

use serde_json::{Value, json};

use super::{cached, summary};
use crate::support::diagnose::with;
use crate::support::{Setup, Source};

const SCHEMA: &str = r#"
create schema pgboss; create table pgboss.job (id int primary key); create schema pg1; create table pg1.t (id int);
create type mood as enum ('ok');
create table texts (
    a date default '2020-12-31', b timestamptz default '2020-12-31 23:00:00+00', c interval default '1 day 2:03:04', d bytea default '\x5c00ff', e text default E'C:\\temp',
    f float8 default 0.1, g money default '1234.5', h timestamp default '2020-02-01', i mood default 'ok', j double precision[] default '{0.1,NaN}', "select" text default 'x''y'
);
create table busy (id int, at date default '2020-12-31', primary key (id));
"#;

/// Every setting that changes what is printed, alone: by the role and by the database.
#[tokio::test]
async fn what_is_printed_does_not_depend_on_settings() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let source = Source::new().await;
    source.sql(SCHEMA).await;
    client.create(&source.body("x")).await.ok();
    let before = cached(&setup, "x").await;
    assert_eq!(summary(&setup, "x").await["schemas"], json!(["pg1", "pgboss", "public"]));
    let defaults: Vec<&Value> = before.iter().find(|t| t["table"] == "texts").expect("there")["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| &column["default"])
        .collect();
    assert_eq!(
        defaults,
        [
            r"'2020-12-31'::date",
            r"'2020-12-31 23:00:00+00'::timestamp with time zone",
            r"'1 day 02:03:04'::interval",
            r"'\x5c00ff'::bytea",
            r"'C:\temp'::text",
            "0.1",
            "'$1,234.50'::money",
            "'2020-02-01 00:00:00'::timestamp without time zone",
            "'ok'::public.mood",
            "'{0.1,NaN}'::double precision[]",
            "'x''y'::text",
        ]
    );
    for (n, setting) in [
        "standard_conforming_strings = off",
        "quote_all_identifiers = on",
        "datestyle = 'German'",
        "datestyle = 'SQL, DMY'",
        "timezone = 'Asia/Kathmandu'",
        "intervalstyle = 'iso_8601'",
        "bytea_output = 'escape'",
        "extra_float_digits = -15",
        "lc_monetary = 'C.UTF-8'",
        "search_path = pgboss, public",
        "default_transaction_isolation = serializable",
        "default_transaction_deferrable = on",
        "backslash_quote = off",
        "xmlbinary = hex",
        "client_encoding = latin1",
        "jit = on",
    ]
    .iter()
    .enumerate()
    {
        let of = if n % 2 == 0 { format!("role {}", source.user) } else { format!("database {}", source.database) };
        source.admin_sql(&format!("alter {of} set {setting}")).await;
        client.sync_name("x").await.ok();
        assert_eq!(cached(&setup, "x").await, before, "{setting}");
        source.admin_sql(&format!("alter {of} reset {}", setting.split(' ').next().expect("a name"))).await;
    }
    assert!(!server.logged("\"schema_changed\":true"), "every hash stayed");
    // The whole test runs under settings that it does not depend on, too.
    source.admin_sql(&format!("alter role {} set standard_conforming_strings = off", source.user)).await;
    client.create(&with(&source.body("y"), &json!({"schema": "pgboss"}))).await.ok();
}
