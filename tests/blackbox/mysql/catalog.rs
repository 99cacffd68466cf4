//! Everything that MariaDB's catalog can hold, and how many statements it takes to read it.

use serde_json::json;

use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::with;
use crate::support::mariadb::MariaDb;
use crate::support::proxy::Proxy;

const AWKWARD: &str = r#"
create table types (
    a tinyint, b tinyint(1), c tinyint unsigned, d smallint, e mediumint, f int unsigned zerofill, g bigint unsigned, h decimal(12,2), i float, j double,
    k bit(1), l bit(8), m date, n time(3), o datetime(6), p timestamp null, q year, r char(3), s varchar(255), t tinytext, u longtext, v binary(4),
    w varbinary(20), x blob, y enum('a','it''s','c,d'), z set('x','y'), aa json, ab geometry, ac point, ad uuid, ae inet6, af boolean, ag varchar(9) character set latin1
);
create table parent (
    id bigint unsigned not null auto_increment, `code` varchar(20) not null default 'x''y', made timestamp not null default current_timestamp on update current_timestamp,
    `plain null` int default null, `text NULL` varchar(9) default 'NULL', n decimal(12,2) default 0.50, made_up int default (1 + 2),
    twice int as (n * 2) virtual, kept int generated always as (n * 3) stored comment 'computed',
    primary key (id, `code`)
) comment 'first line\nsecond "line" \\ äöü';
create table `child ``1``` (
    `from` int primary key, `Mixed Case` int, `a.b` int, `tab	x` int, `日本` int comment 'the 🦀 comment', parent_id bigint unsigned, parent_code varchar(20),
    constraint `fk "1"` foreign key (parent_id, parent_code) references parent (id, `code`)
);
create table itself (id int primary key, up int references itself (id));
create table T (upper_case int); create table t (lower_case int);
create view v1 as select id, `code` from parent;
create view broken as select * from itself;
create sequence not_a_table;
create table versioned (id int) with system versioning;
"#;

/// Types, keys, defaults, comments, generated columns, views, names in odd spellings: a snapshot.
#[tokio::test]
async fn everything_at_once() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = MariaDb::new();
    source.sql(AWKWARD);
    // Another database that the user may see a table of, with a key into the first; and one that stays hidden.
    let (database, user) = (&source.database, &source.user);
    source.admin_sql(&format!(
        "create database `{database}_Über```; create table `{database}_Über```.`here` (id int primary key, ref int, foreign key (ref) references {database}.itself (id));
        create table `{database}_Über```.hidden (id int); grant select on `{database}_Über```.`here` to {user}@'127.0.0.1';
        create database {database}_hidden; create table {database}_hidden.t (id int)"
    ));
    client.create(&source.body("x")).await.ok();
    let tables = cached(&setup, "x").await;
    let text = serde_json::to_string_pretty(&tables).expect("JSON").replace(database.as_str(), "shop");
    insta::assert_snapshot!("mariadb", text);
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    assert!(columns(named(&tables, "types")).contains(&"b: tinyint(1) → boolean".to_owned()));
    assert_eq!(columns(named(&tables, "T")), ["upper_case: int(11) → integer"], "names that differ in case are two tables");
    assert_eq!(columns(named(&tables, "t")), ["lower_case: int(11) → integer"]);
    client.sync_name("x").await.ok();
    assert_eq!(cached(&setup, "x").await, tables);
    // Who may see everything is shown everything but the server's own.
    let admin = json!({"name": "admin", "username": "admin"});
    client.create(&with(&source.body("admin"), &admin)).await.ok();
    let schemas = summary(&setup, "admin").await["schemas"].clone();
    let schemas: Vec<_> = schemas.as_array().expect("schemas").iter().map(|s| s.as_str().expect("a name")).collect();
    assert!(schemas.contains(&format!("{database}_hidden").as_str()));
    assert!(!["mysql", "sys", "performance_schema", "information_schema"].iter().any(|own| schemas.contains(own)), "{schemas:?}");
}

/// Two thousand tables take as many statements as two.
#[tokio::test]
async fn statements_do_not_grow_with_tables() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let mut counts = Vec::new();
    for tables in [2, 2_000] {
        let source = MariaDb::new();
        let all: Vec<_> = (0..tables).map(|n| format!("create table t{n} (id int primary key, n varchar(9) default 'x')")).collect();
        // MyISAM makes a table in a tenth of the time.
        source.sql(&format!("set default_storage_engine = MyISAM; {}", all.join(";")));
        let proxy = Proxy::start(source.port).await;
        client.create(&with(&source.body(&source.database), &json!({"port": proxy.port}))).await.ok();
        // The end of a packet's head, with the first number of a sequence, and the command for a statement.
        counts.push(proxy.count(b"\0\0\x03"));
        assert_eq!(summary(&setup, &source.database).await["tables"], json!(tables));
    }
    assert!(counts[0] > 5 && counts[0] <= 12 && counts[0] == counts[1], "{counts:?}");
}

/// Threat R6: caps mark the cache partial and keep the rest.
#[tokio::test]
async fn r6_caps_are_told() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_MAX_TABLES", "3")]);
    let client = server.client(&setup.token("acme"));
    let source = MariaDb::new();
    source.sql(&(0..5).map(|n| format!("create table t{n} (a int, b int)")).collect::<Vec<_>>().join(";"));
    client.create(&source.body("x")).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["columns"], &summary["partial"]), (&json!(3), &json!(6), &json!(["tables"])));
}
