//! What is read of SQL Server.
//!
//! Peers: pysqlbridge, clients.

use serde_json::{Value, json};

use super::{N, T, body, catalog, database, fake, probe};
use crate::fakes::tds::{Answer, Fake, Kind, Verdict, broken};
use crate::postgres::ssh::tunnel;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python;

/// Two clients take the fake for SQL Server: over TLS in packets and without TLS, batches, every type, a wrong password, a route.
#[tokio::test]
async fn the_fake_is_accepted_by_clients() {
    let pytds = "import pytds
tls = dict(cafile=args['ca'], validate_host=False) if args['ca'] else {}
c = pytds.connect(dsn='localhost', port=args['port'], user='app', password=args['password'], database='shop', login_timeout=10, **tls)";
    let pymssql = "import pymssql
c = pymssql.connect(server='localhost', port=str(args['port']), user='app', password=args['password'], database='shop', tds_version='7.4', login_timeout=10)";
    let ask = "
q = c.cursor()
q.execute(\"select 'judge'\")
rows = [list(r) for r in q.fetchall()]
try:
    q.execute('nonsense'); q.fetchall()
    error = None
except Exception as e:
    error = '208' in repr(e.args) or getattr(e, 'number', 0) == 208
print(json.dumps([rows, error]))";
    let wanted = json!([[["judge", 7, "é".repeat(9_000), 5_000_000_000_i64], [null, null, null, null]], true]);
    let (secure, plain) = (fake().start().await, Fake { encryption: 2, ..fake() }.start().await);
    let ca = variable("HEADWATER_TEST_SOURCE_CA");
    for client in [pytds, pymssql] {
        for (port, ca) in [(secure.port, ca.as_str()), (plain.port, "")] {
            let arguments = |password: &str| json!({"port": port, "password": password, "ca": ca});
            assert_eq!(python(&format!("{client}{ask}"), &arguments("pw")).await, Ok(wanted.clone()), "{client}");
            let refused = python(&format!("{client}{ask}"), &arguments("no")).await.expect_err("another password");
            assert!(refused.contains("18456") || refused.contains("Login failed") || refused.contains("canary"), "{refused}");
        }
        let sent_on = Fake { encryption: 2, verdict: Verdict::Route("localhost", plain.port), ..fake() }.start().await;
        let arguments = json!({"port": sent_on.port, "password": "pw", "ca": ""});
        assert_eq!(python(&format!("{client}{ask}"), &arguments).await, Ok(wanted.clone()), "routed: {client}");
    }
}

/// Keys, computed columns, identity, aliases, comments, external tables, long values: a snapshot.
#[tokio::test]
async fn everything_at_once() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("mssql", serde_json::to_string_pretty(&tables).expect("JSON"));
    assert_eq!(summary(&setup, "x").await["schemas"], json!(["Sales Dept", "dbo", "empty"]));
    // What the fake cannot judge: system objects, synonyms, other databases are left out by these.
    insta::assert_snapshot!("statements", running.statements().join(";\n"));
    let login = running.logins().pop().expect("a login");
    assert_eq!((login.server.as_str(), login.database.as_str(), login.read_only), ("localhost", "shop", false));
    assert_eq!(login.client, "headwater", "the name of this machine is nobody's business");
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    assert_eq!(data["server"], json!({"product": "SQL Server", "version": "16.0.4165.4"}));
    // A version from before external tables.
    let old = Fake { answers: [vec![probe("11.0.7001.0", 3)], catalog()].concat(), ..fake() }.start().await;
    client.create(&with(&body(old.port, &json!({})), &json!({"name": "old"}))).await.ok();
    assert!(old.statements().iter().all(|sql| !sql.contains("is_external")));
}

/// Two databases of one schema each, which come to the same name.
fn twins() -> Vec<(String, Answer)> {
    let mut all = database("[a].");
    all.retain(|(needle, _)| !needle.contains("sys.objects"));
    all.push(("from [a].sys.objects o".to_owned(), Answer::Rows(&[N, T, T, T, N], vec![json!([10, "b.c", "t", "U ", 0])])));
    let mut other = database("[a.b].");
    other.retain(|(needle, _)| !needle.contains("sys.objects"));
    other.push(("from [a.b].sys.objects o".to_owned(), Answer::Rows(&[N, T, T, T, N], vec![json!([10, "c", "t", "U ", 0])])));
    let names = vec![("from sys.databases".to_owned(), Answer::Rows(&[T], vec![json!(["a"]), json!(["a.b"])]))];
    [names, all, other, catalog()].concat()
}

/// Every database that the login can enter, as `database.schema`; one that has closed its doors is left out, and said to be.
#[tokio::test]
async fn all_databases() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let locked = vec![("from [locked].sys.schemas".to_owned(), Answer::Error(916))];
    let answers = [database("[shop]."), database("[odd ]]db]."), locked, catalog()].concat();
    let running = Fake { answers, ..fake() }.start().await;
    client.create(&body(running.port, &json!({"disableDatabase": true}))).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(12), &json!(["databases"])));
    assert_eq!(
        summary["schemas"],
        json!(["Odd ]db.Sales Dept", "Odd ]db.dbo", "Odd ]db.empty", "shop.Sales Dept", "shop.dbo", "shop.empty"])
    );
    let tables = cached(&setup, "x").await;
    let lines = tables.iter().find(|t| t["schema"] == "shop.Sales Dept").expect("there");
    assert_eq!(
        lines["foreignKeys"],
        json!([{"columns": ["order_id"], "references": {"schema": "shop.dbo", "table": "orders", "columns": ["id"]}}])
    );
    assert_eq!(running.logins()[0].database, "shop", "a login may not be let in without");
    // Two databases whose names and schemas come to one name: the second one's tables are left out, and it is said.
    let running = Fake { answers: twins(), ..fake() }.start().await;
    client.create(&with(&body(running.port, &json!({"disableDatabase": true})), &json!({"name": "twins"}))).await.ok();
    let summary = crate::support::cache::summary(&setup, "twins").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(1), &json!(["names"])));
    // In Azure a connection sees its own database alone.
    let azure = Fake { answers: [vec![probe("12.0.2000.8", 5)], database("[shop]."), catalog()].concat(), ..fake() }.start().await;
    client.create(&with(&body(azure.port, &json!({"disableDatabase": true})), &json!({"name": "azure"}))).await.ok();
    assert_eq!(cached(&setup, "azure").await.len(), 6);
    // Without a database it would be `master`, which nobody means.
    let master = ("serverproperty('productversion')".to_owned(), Answer::Rows(&[T, N, T], vec![json!(["12.0.2000.8", 5, "master"])]));
    let lost = Fake { answers: [vec![master], catalog()].concat(), ..fake() }.start().await;
    let mut body = body(lost.port, &json!({"disableDatabase": true, "name": "lost"}));
    body["credentials"].as_object_mut().expect("object").remove("database");
    assert_eq!(
        client.create(&body).await.message(),
        "the database does not exist; give database: here a connection sees its own database alone"
    );
}

/// A database whose read breaks off in the middle of a table: what was read whole stays, and of that table nothing is stored.
#[tokio::test]
async fn half_a_table_is_no_table() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let names = vec![("from sys.databases".to_owned(), Answer::Rows(&[T], vec![json!(["shop"]), json!(["torn"])]))];
    let columns = [N, T, T, T, N, N, N, N, N, N, N, N, ("d", Kind::Max), ("d", Kind::Max)];
    let column = |number: i64, name: &str| json!([number, name, "int", "int", 0, 4, 10, 0, 0, 0, 0, 0, null, null]);
    let rows = [column(10, "id"), column(11, "order_id"), column(11, "line"), column(12, "id")];
    // 10 and 11 are whole: the first column of 12 has come. More may follow it.
    let torn = vec![("from [torn].sys.columns".to_owned(), broken(&columns, &rows, 1_205))];
    let answers = [torn, names, database("[shop]."), database("[torn]."), catalog()].concat();
    let running = Fake { answers, ..fake() }.start().await;
    client.create(&body(running.port, &json!({"disableDatabase": true}))).await.ok();
    let tables = cached(&setup, "x").await;
    let torn: Vec<_> = tables
        .iter()
        .filter(|table| table["schema"].as_str().is_some_and(|schema| schema.starts_with("torn.")))
        .map(|table| (table["table"].clone(), table["columns"].as_array().map(Vec::len)))
        .collect();
    assert_eq!(torn, [(json!("lines"), Some(2)), (json!("orders"), Some(1))]);
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(8), &json!(["databases"])));
    assert_eq!((&summary["notes"][0]["code"], &summary["notes"][0]["object"]), (&json!("DATABASE_UNREADABLE"), &json!("torn")));
    assert!(!summary.to_string().contains("canary"), "no text of the server's: {summary}");
    assert_eq!(summary["columns"], tables.iter().filter_map(|table| table["columns"].as_array().map(Vec::len)).sum::<usize>());
    // Where nothing else was read, there is nothing to store.
    let alone = vec![("from sys.columns".to_owned(), broken(&columns, &rows, 1_205))];
    let running = Fake { answers: [alone, catalog()].concat(), ..fake() }.start().await;
    let answer = client.create(&with(&body(running.port, &json!({})), &json!({"name": "alone"}))).await;
    assert_eq!(answer.code(), (500, "SCHEMA_CACHE_FAILED"), "{}", answer.text);
    assert_eq!(client.names().await, ["x"]);
}

/// Threat S17: a server that sends us to a readable replica is followed once, with the intent it asked for, under the same policy and TLS.
#[tokio::test]
async fn s17_routing_is_followed_once() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let replica = fake().start().await;
    let listener = Fake { verdict: Verdict::Route("localhost", replica.port), ..fake() }.start().await;
    client.create(&body(listener.port, &json!({"applicationIntent": "ReadOnly"}))).await.ok();
    assert!(listener.logins()[0].read_only && replica.logins()[0].read_only);
    assert_eq!(replica.logins()[0].server, "localhost");
    assert!(listener.statements().is_empty());
    // With the name of an instance behind it, and through a tunnel.
    let instance = Fake { verdict: Verdict::Route("localhost\\INST", replica.port), ..fake() }.start().await;
    let data = diagnose(&client, &body(instance.port, &tunnel(&json!({})))).await;
    assert_eq!(data["success"], true, "{data}");
    // Any name, of an authority of the user's own.
    let data = diagnose(&client, &body(replica.port, &json!({"server": "127.0.0.1", "sslVerify": "ca"}))).await;
    assert_eq!(data["success"], true, "{data}");
}

/// A third party's TDS server, over TLS with a certificate of its own making.
#[tokio::test]
async fn a_third_partys_server() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let port: u16 = variable("HEADWATER_TEST_TDS_PORT").parse().expect("port");
    let mut body = json!({"datasourceType": "mssql", "credentials": {"name": "x", "server": "localhost", "port": port, "user": "reader", "password": "pw", "sslVerify": "none"}});
    client.create(&body).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(tables.iter().map(|t| t["table"].as_str().expect("a name")).collect::<Vec<_>>(), ["cities", "people"]);
    assert_eq!(columns(named(&tables, "cities")), ["city: nvarchar(6) → string", "pop: int → integer"]);
    client.sync_name("x").await.ok();
    let all = with(&body, &json!({"name": "all", "disableDatabase": true}));
    client.create(&all).await.ok();
    let schemas: Vec<_> = cached(&setup, "all").await.iter().map(|t| t["schema"].clone()).collect();
    assert_eq!(schemas, ["pysqlbridge.dbo", "pysqlbridge.dbo"]);
    body["credentials"]["password"] = json!("no");
    assert_eq!(
        client.update(&body).await.message(),
        "authentication failed: the server rejected the username or the password; check user and password"
    );
    body["credentials"]["password"] = json!("pw");
    body["credentials"].as_object_mut().expect("object").remove("sslVerify");
    assert_eq!(client.update(&body).await.code(), (400, "CREDENTIAL_TEST_FAILED"), "nobody vouches for the certificate");
}

/// Two thousand tables take as many statements as two.
#[tokio::test]
async fn statements_do_not_grow_with_tables() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let mut counts = Vec::new();
    for count in [2, 2_000] {
        let objects: Vec<Value> = (0..count).map(|n| json!([n, "dbo", format!("t{n:04}"), "U ", 0])).collect();
        let own: Vec<Value> = (0..count).map(|n| json!([n, "id", "int", "int", 0, 4, 10, 0, 0, 0, 0, 0, null, null])).collect();
        let columns = Answer::Rows(&[N, T, T, T, N, N, N, N, N, N, N, N, ("d", Kind::Max), ("d", Kind::Max)], own);
        let answers =
            vec![("from sys.objects o".to_owned(), Answer::Rows(&[N, T, T, T, N], objects)), ("from sys.columns".to_owned(), columns)];
        let running = Fake { answers: [answers, catalog()].concat(), ..fake() }.start().await;
        let name = format!("x{count}");
        client.create(&with(&body(running.port, &json!({})), &json!({"name": name}))).await.ok();
        assert_eq!(summary(&setup, &name).await["tables"], json!(count));
        counts.push(running.statements().len());
    }
    assert_eq!(counts, [10, 10]);
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
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(2), &json!(["schemas", "tables"])));
}
