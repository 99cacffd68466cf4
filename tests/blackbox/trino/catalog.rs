//! What is read, page by page.
//!
//! Peers: clients, buenavista, trino-tls.

use serde_json::{Value, json};

use super::{TEXT, body, catalog, fake};
use crate::fakes::tls::authority;
use crate::fakes::trino::{Answer, Fake};
use crate::postgres::ssh::tunnel;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python;

/// The official client takes the fake for Trino: over HTTP without a password, over HTTPS with one, and not with another.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_client() {
    let script = "import trino
kwargs = dict(host='localhost', port=args['port'], user='app', catalog='hive', schema='sales')
if args['password']:
    kwargs.update(http_scheme='https', verify=args['ca'], auth=trino.auth.BasicAuthentication('app', args['password']))
c = trino.dbapi.connect(**kwargs).cursor()
c.execute(\"select 'judge'\")
rows = [list(r) for r in c.fetchall()]
try:
    c.execute('nonsense'); c.fetchall()
    error = None
except trino.exceptions.TrinoUserError as e:
    error = e.error_name
print(json.dumps([rows, error]))";
    let wanted = json!([[["judge", 0], ["judge", 1], ["judge", 2], ["judge", 3], ["judge", 4]], "SYNTAX_ERROR"]);
    let plain = fake().start().await;
    let ca = variable("HEADWATER_TEST_SOURCE_CA");
    assert_eq!(python(script, &json!({"port": plain.port, "password": "", "ca": ca})).await, Ok(wanted.clone()));
    let secure = Fake { password: Some("pw"), ..fake() }.start().await;
    assert_eq!(python(script, &json!({"port": secure.port, "password": "pw", "ca": ca})).await, Ok(wanted));
    assert!(python(script, &json!({"port": secure.port, "password": "no", "ca": ca})).await.expect_err("refused").contains("401"));
}

/// Types, comments, kinds of table, defaults, odd names: a snapshot. Rows come two a page.
#[tokio::test]
async fn everything_at_once() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("trino", serde_json::to_string_pretty(&tables).expect("JSON"));
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    assert!(columns(named(&tables, "orders")).contains(&"attributes: map(varchar, array(bigint)) → map".to_owned()));
    let requests = running.requests();
    let statements: Vec<_> = requests.iter().filter(|r| r.method == "POST").map(|r| r.body.as_str()).collect();
    insta::assert_snapshot!("statements", statements.join(";\n"));
    assert!(requests.iter().all(|r| r.header("x-trino-query-data-encoding").is_none()), "spooling is not asked for");
    assert!(requests.iter().all(|r| r.header("authorization").is_none()), "no password, no header");
    assert!(requests.iter().filter(|r| r.method == "GET" && r.path != "/v1/info").count() > 15, "pages were followed");
    assert!(!requests.iter().any(|r| r.method == "DELETE"), "what was read to its end needs no cancelling");
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    assert_eq!((&data["server"]["product"], &data["server"]["version"]), (&json!("Trino"), &json!("476")));
}

/// A password goes over TLS; through a tunnel too. TLS without a password is possible.
#[tokio::test]
async fn ways_to_connect() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (plain, secure) = (fake().start().await, Fake { password: Some("pw"), ..fake() }.start().await);
    let ca = authority();
    for (port, changes) in [
        (plain.port, json!({"host": "http://localhost"})),
        (plain.port, tunnel(&json!({"host": "localhost"}))),
        (secure.port, json!({"password": "pw", "sslCa": ca})),
        (secure.port, json!({"password": "pw", "sslCa": ca, "host": "https://localhost"})),
        (secure.port, json!({"password": "pw", "sslVerify": "none", "sslMode": true})),
        (secure.port, json!({"password": "pw", "sslVerify": "ca", "sslCa": ca, "host": "127.0.0.1"})),
        (secure.port, tunnel(&json!({"password": "pw", "sslCa": ca, "host": "localhost"}))),
    ] {
        let data = diagnose(&client, &body(port, &changes)).await;
        assert_eq!(data["success"], true, "{changes}: {data}");
    }
    let pages = secure.requests();
    assert!(pages.iter().filter(|r| r.path.starts_with("/v1/statement")).all(|r| r.header("authorization") == Some("Basic YXBwOnB3")));
}

/// Presto, and versions that hide no comments or refuse `system.metadata`: the schema is poorer, not wrong.
#[tokio::test]
async fn without_comments() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let refused = Answer::Error("COLUMN_NOT_FOUND", 47, "USER_ERROR");
    let denied = Answer::Error("PERMISSION_DENIED", 4, "USER_ERROR");
    let answers =
        [vec![("where 1 = 0", refused.clone()), ("system.metadata", denied), ("column_default, comment", refused)], catalog()].concat();
    let running = Fake { answers, ..fake() }.start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!((&named(&tables, "mv")["kind"], &named(&tables, "orders")["comment"]), (&json!("table"), &Value::Null));
    assert_eq!(named(&tables, "orders")["columns"].as_array().map(Vec::len), Some(15));
}

/// A table whose files are gone fails the statement over all columns: it is left out and told, and the others are read. What the
/// server has no time for is told too.
#[tokio::test]
async fn a_table_that_cannot_be_listed() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let broken = Answer::Error("HIVE_INVALID_METADATA", 16_777_216, "EXTERNAL");
    let of = |table: &str| -> Answer {
        match catalog().into_iter().find(|(needle, _)| *needle == "from information_schema.columns") {
            Some((_, Answer::Rows(columns, rows))) => Answer::Rows(columns, rows.into_iter().filter(|row| row[1] == table).collect()),
            _ => panic!("no columns"),
        }
    };
    let each = ["mv", "odd.name", "v", "empty"].map(|table| {
        (
            match table {
                "mv" => "and table_name = 'mv'",
                "odd.name" => "and table_name = 'odd.name'",
                "v" => "and table_name = 'v'",
                _ => "and table_name = 'empty'",
            },
            of(table),
        )
    });
    let busy = ("system.metadata.table_comments", Answer::Error("EXCEEDED_TIME_LIMIT", 131_075, "INSUFFICIENT_RESOURCES"));
    let answers = [each.to_vec(), vec![("column_default, comment", broken), busy], catalog()].concat();
    let running = Fake { answers, ..fake() }.start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(tables.iter().map(|t| t["table"].as_str().expect("a name")).collect::<Vec<_>>(), ["empty", "mv", "odd.name", "v"]);
    assert_eq!(named(&tables, "odd.name")["columns"].as_array().map(Vec::len), Some(2));
    let summary = summary(&setup, "x").await;
    assert_eq!(summary["partial"], json!(["comments", "tables"]));
    let told: Vec<_> = summary["notes"].as_array().expect("notes").iter().map(|n| (n["code"].clone(), n["object"].clone())).collect();
    assert_eq!(told, [(json!("COMMENTS_UNREADABLE"), json!("sales")), (json!("TABLE_UNREADABLE"), json!("sales.orders"))]);
}

/// A third party's server, written for other clients, over DuckDB; TLS and a password come from nginx in front of it.
#[tokio::test]
async fn a_third_partys_server() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (plain, secure) = (variable("HEADWATER_TEST_TRINO_PORT"), variable("HEADWATER_TEST_TRINO_TLS_PORT"));
    let name = format!("t_{}", uuid::Uuid::new_v4().simple());
    let script = "import urllib.request
r = urllib.request.Request('http://127.0.0.1:%s/v1/statement' % args['port'], data=args['sql'].encode(), headers={'X-Trino-User': 'x'})
print(json.dumps(json.load(urllib.request.urlopen(r)).get('error')))";
    let sql = format!("create table {name} (a bigint, b varchar, c timestamp, d decimal(10,2))");
    let made = python(script, &json!({"port": plain, "sql": sql})).await.expect("an answer");
    assert!(made.is_null(), "{made}");
    let changes = json!({"port": plain.parse::<u16>().expect("port"), "catalog": "memory", "schema": "main"});
    client.create(&body(1, &changes)).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(
        columns(named(&tables, &name)),
        ["a: BIGINT → integer", "b: VARCHAR → string", "c: TIMESTAMP → timestamp", "d: DECIMAL(10,2) → decimal"]
    );
    let tls = json!({"port": secure.parse::<u16>().expect("port"), "password": "pw", "sslCa": authority()});
    let data = diagnose(&client, &with(&body(1, &changes), &tls)).await;
    assert_eq!(data["success"], true, "{data}");
}

/// Two thousand tables take as many statements as two.
#[tokio::test]
async fn statements_do_not_grow_with_tables() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let mut counts = Vec::new();
    for count in [2, 2_000] {
        let tables = Answer::Rows(&[TEXT, TEXT, TEXT], (0..count).map(|n| json!(["sales", format!("t{n:04}"), "BASE TABLE"])).collect());
        let own = Answer::Rows(
            &[TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT],
            (0..count).map(|n| json!(["sales", format!("t{n:04}"), "id", "bigint", "NO", null, null])).collect(),
        );
        let answers = [vec![("from information_schema.tables", tables), ("column_default, comment", own)], catalog()].concat();
        let running = Fake { answers, page: 500, ..fake() }.start().await;
        let name = format!("x{count}");
        client.create(&with(&body(running.port, &json!({})), &json!({"name": name}))).await.ok();
        assert_eq!(summary(&setup, &name).await["tables"], json!(count));
        counts.push(running.requests().iter().filter(|r| r.method == "POST").count());
    }
    assert_eq!(counts, [8, 8]);
}

/// Threat R6: caps mark the cache partial and keep the rest.
#[tokio::test]
async fn r6_caps_are_told() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_MAX_TABLES", "2")]);
    let client = server.client(&setup.token("acme"));
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(2), &json!(["tables"])));
}
