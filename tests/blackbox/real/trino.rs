//! Trino itself: its types, pages, access control and passwords, beside what its official client is told.
//!
//! Peers: trino, tls, clients, ssh.

use serde_json::{Value, json};

use crate::fakes::tls::authority;
use crate::postgres::ssh::tunnel;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{Broken, diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python;

fn port(name: &str) -> u16 {
    variable(name).parse().expect("port")
}

fn body(changes: &Value) -> Value {
    let port = port("HEADWATER_TEST_TRINO_SERVER_PORT");
    let base = json!({"datasourceType": "trino", "credentials": {"name": "x", "host": "localhost", "port": port, "catalog": "memory",
        "schema": "default", "username": "app", "password": ""}});
    with(&base, changes)
}

/// Runs statements by the official client; the rows of the last one.
async fn told(statements: &[String]) -> Value {
    let script = "import trino
c = trino.dbapi.connect(host='localhost', port=args['port'], user='app', catalog='memory', schema='default').cursor()
for sql in args['statements']:
    c.execute(sql)
    rows = [list(row) for row in c.fetchall()]
print(json.dumps(rows))";
    let port = port("HEADWATER_TEST_TRINO_SERVER_PORT");
    python(script, &json!({"port": port, "statements": statements})).await.expect("the client's answer")
}

fn schema() -> String {
    format!("s_{}", &uuid::Uuid::new_v4().simple().to_string()[..16])
}

/// Types that the server can keep in memory, and what each is to us.
const TYPES: [(&str, &str); 27] = [
    ("boolean", "boolean"),
    ("tinyint", "integer"),
    ("smallint", "integer"),
    ("integer", "integer"),
    ("bigint", "integer"),
    ("real", "float"),
    ("double", "float"),
    ("decimal(38,10)", "decimal"),
    ("varchar", "string"),
    ("varchar(7)", "string"),
    ("char(3)", "string"),
    ("varbinary", "binary"),
    ("json", "json"),
    ("date", "date"),
    ("time(3)", "time"),
    ("time(6) with time zone", "time"),
    ("timestamp(3)", "timestamp"),
    ("timestamp(9) with time zone", "timestamp_tz"),
    ("interval day to second", "interval"),
    ("interval year to month", "interval"),
    ("array(array(bigint))", "array"),
    ("map(varchar, row(\"a b\" bigint, c varchar))", "map"),
    ("row(a bigint, \"b \"\"c\" row(d date))", "struct"),
    ("ipaddress", "string"),
    ("uuid", "uuid"),
    ("HyperLogLog", "binary"),
    ("tdigest", "binary"),
];

/// Tables, views, comments and types are the server's own, name by name.
#[tokio::test]
async fn the_catalog_is_the_servers() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let schema = schema();
    let list: Vec<_> = TYPES.iter().enumerate().map(|(n, (kind, _))| format!("c{n:02} {kind}")).collect();
    let statements = [
        format!("create schema {schema}"),
        format!("create table {schema}.t ({}) comment 'a table''s'", list.join(", ")),
        format!("create table {schema}.\"odd.näme \"\"x\"\"\" (\"a.b\" bigint comment 'the key', \"日本\" varchar)"),
        format!("create view {schema}.v comment 'a view' as select c00, c08 from {schema}.t"),
        format!(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = '{schema}' \
             order by table_name, ordinal_position"
        ),
    ];
    let wanted = told(&statements).await;
    client.create(&body(&json!({"schema": schema}))).await.ok();
    let tables = cached(&setup, "x").await;
    let mut found = Vec::new();
    for table in &tables {
        for column in table["columns"].as_array().expect("columns") {
            found.push(json!([table["table"], column["name"], column["nativeType"]]));
        }
    }
    assert_eq!(json!(found), wanted);
    let kinds: Vec<_> = columns(named(&tables, "t")).iter().map(|line| line.rsplit(" → ").next().unwrap_or_default().to_owned()).collect();
    assert_eq!(kinds, TYPES.map(|(_, kind)| kind));
    assert_eq!((&named(&tables, "t")["comment"], &named(&tables, "t")["kind"]), (&json!("a table's"), &json!("table")));
    assert_eq!((&named(&tables, "v")["comment"], &named(&tables, "v")["kind"]), (&json!("a view"), &json!("view")));
    assert_eq!(named(&tables, "odd.näme \"x\"")["columns"][0]["comment"], "the key");
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    // The generator of TPC-H, every schema of which is the same.
    client.create(&body(&json!({"name": "tpch", "catalog": "tpch", "schema": "tiny"}))).await.ok();
    let (tables, columns) = (summary(&setup, "tpch").await["tables"].clone(), summary(&setup, "tpch").await["columns"].clone());
    assert_eq!((tables, columns), (json!(8), json!(61)));
}

/// Passwords go over TLS, through a tunnel too; a schema of 500 tables comes in pages.
#[tokio::test]
async fn ways_in_and_many_tables() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let secure = json!({"port": port("HEADWATER_TEST_TRINO_SERVER_TLS_PORT"), "password": "pw", "sslCa": authority()});
    for changes in [json!({}), json!({"host": "http://localhost"}), tunnel(&json!({})), secure.clone()] {
        let data = diagnose(&client, &body(&changes)).await;
        assert_eq!(data["success"], true, "{data}");
        assert_eq!((&data["server"]["product"], &data["server"]["version"]), (&json!("Trino"), &json!("435")));
    }
    let data = diagnose(&client, &with(&body(&secure), &tunnel(&json!({})))).await;
    assert_eq!(data["success"], true, "{data}");
    let schema = schema();
    let many: Vec<_> = (0..500).map(|n| format!("create table {schema}.t{n:03} (a bigint, b varchar, c date)")).collect();
    told(&[vec![format!("create schema {schema}")], many].concat()).await;
    client.create(&body(&json!({"schema": schema}))).await.ok();
    let all = summary(&setup, "x").await;
    assert_eq!((&all["tables"], &all["columns"], &all["partial"]), (&json!(500), &json!(1_500), &json!([])));
}

/// Who may see little sees little, and is told so.
#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (tls, ca) = (port("HEADWATER_TEST_TRINO_SERVER_TLS_PORT"), authority());
    let grant = "let the server's access control show the catalog \"tpch\" to the user";
    for (case, changes, step, code, field, remedy) in [
        (
            "password",
            json!({"port": tls, "password": "no", "sslCa": ca}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            "check username and password",
        ),
        (
            "user",
            json!({"port": tls, "username": "nobody", "password": "pw", "sslCa": ca}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            "check username and password",
        ),
        (
            "no password",
            json!({"port": tls, "sslMode": true, "sslCa": ca}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            "give a password: the server wants one (it is sent over TLS only)",
        ),
        ("plain text to TLS", json!({"port": tls, "sslMode": false}), "tls", "TLS_REQUIRED", Some("sslMode"), "set sslMode to true"),
        ("TLS to plain text", json!({"sslMode": true}), "tls", "TLS_FAILED", Some("port"), "check that the port speaks TLS 1.2 or later"),
        ("catalog", json!({"catalog": "nowhere"}), "database", "DATABASE_NOT_FOUND", Some("catalog"), "check catalog"),
        ("schema", json!({"schema": "nowhere"}), "list", "SCHEMA_NOT_FOUND", Some("schema"), "check schema"),
        ("no right", json!({"username": "few", "catalog": "tpch", "schema": "tiny"}), "database", "NO_PRIVILEGE", Some("username"), grant),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(&json!({}))).await;
    }
}
