//! SingleStore: no server to be had, so a fake with the catalogs that its documentation describes, accepted by its official client.
//!
//! Peers: clients.

use serde_json::{Value, json};

use crate::fakes::mysql::{Answer, Fake, Plugin, rows};
use crate::fakes::tls::authority;
use crate::postgres::ssh::tunnel;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{Broken, diagnose, with};
use crate::support::python::python;

fn catalog() -> Vec<(&'static str, Answer)> {
    vec![
        (
            "show variables like '%version%'",
            rows(
                &["Variable_name", "Value"],
                &[
                    &["memsql_version", "8.7.10"],
                    &["version", "5.7.32"],
                    &["version_comment", "SingleStoreDB source distribution (compatible; MySQL Enterprise & MySQL Commercial)"],
                ],
            ),
        ),
        ("table_schema = database()", rows(&["TABLE_NAME"], &[&["orders"]])),
        ("generation_expression", rows(&["count(*)"], &[&["0"]])),
        ("from information_schema.schemata", rows(&["SCHEMA_NAME"], &[&["shop"], &["empty"]])),
        (
            "from information_schema.tables",
            rows(
                &["TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE", "ENGINE", "TABLE_COMMENT", "TABLE_ROWS"],
                &[
                    &["shop", "orders", "BASE TABLE", "MemSQL", "the orders", "12"],
                    &["shop", "items", "BASE TABLE", "MemSQL", "", "\0"],
                    &["shop", "v", "VIEW", "\0", "VIEW", "\0"],
                    &["shop", "Orders", "BASE TABLE", "MemSQL", "", "\0"],
                    &["shop", "odd.`na\'me`", "BASE TABLE", "MemSQL", "", "\0"],
                    &["shop", "passing", "GLOBAL TEMPORARY TABLE", "MemSQL", "", "\0"],
                ],
            ),
        ),
        (
            "from information_schema.statistics",
            rows(
                &["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME"],
                &[&["shop", "orders", "id"], &["shop", "orders", "region"], &["shop", "elsewhere", "id"]],
            ),
        ),
        (
            "from information_schema.columns",
            rows(
                &[
                    "TABLE_SCHEMA",
                    "TABLE_NAME",
                    "COLUMN_NAME",
                    "COLUMN_TYPE",
                    "DATA_TYPE",
                    "IS_NULLABLE",
                    "COLUMN_DEFAULT",
                    "EXTRA",
                    "COLUMN_COMMENT",
                    "NULL",
                ],
                &[
                    &["shop", "items", "doc", "JSON COLLATE utf8_bin", "JSON", "YES", "\0", "", "", "\0"],
                    &["shop", "items", "embedding", "vector(4, F32)", "vector", "YES", "\0", "", "", "\0"],
                    &["shop", "items", "place", "geographypoint", "geographypoint", "YES", "\0", "", "", "\0"],
                    &["shop", "items", "raw", "bson", "bson", "YES", "\0", "", "", "\0"],
                    &["shop", "Orders", "日本", "int(11)", "int", "YES", "\0", "", "🦀", "\0"],
                    &["shop", "odd.`na\'me`", "a.b \"c\"", "int(11)", "int", "YES", "\0", "", "", "\0"],
                    &["shop", "orders", "id", "bigint(20)", "bigint", "NO", "\0", "auto_increment", "", "\0"],
                    &[
                        "shop",
                        "orders",
                        "region",
                        "varchar(9) CHARACTER SET utf8 COLLATE utf8_general_ci",
                        "varchar",
                        "NO",
                        "e'u",
                        "",
                        "where",
                        "\0",
                    ],
                    &["shop", "orders", "twice", "bigint(20)", "bigint", "YES", "\0", "computed", "", "\0"],
                    &["shop", "v", "id", "bigint(20)", "bigint", "NO", "0", "", "", "\0"],
                    &["shop", "passing", "id", "bigint(20)", "bigint", "NO", "0", "", "", "\0"],
                ],
            ),
        ),
    ]
}

fn fake() -> Fake {
    Fake { version: "5.7.32", answers: catalog(), ..Fake::default() }
}

fn body(port: u16) -> Value {
    json!({"datasourceType": "singlestore", "credentials": {"name": "x", "host": "127.0.0.1", "port": port, "username": "app", "password": "pw", "database": "shop"}})
}

#[tokio::test]
async fn a_fake_that_the_official_client_accepts() {
    let running = fake().start().await;
    let script = "import singlestoredb
c = singlestoredb.connect(host='127.0.0.1', port=args['port'], user='app', password='pw', database='shop', pure_python=True)
q = c.cursor()
out = []
for sql in args['statements']:
    q.execute(sql)
    out.append([list(r) for r in q.fetchall()])
print(json.dumps(out))";
    let statements = ["show variables like '%version%'", "select * from information_schema.statistics"];
    let answer = python(script, &json!({"port": running.port, "statements": statements})).await.expect("accepted");
    assert_eq!(answer[0][0], json!(["memsql_version", "8.7.10"]));
    assert_eq!(answer[1].as_array().map(Vec::len), Some(3));

    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let data = diagnose(&client, &body(running.port)).await;
    assert_eq!((&data["server"]["product"], &data["server"]["version"]), (&json!("SingleStore"), &json!("8.7.10")), "{data}");
    client.create(&body(running.port)).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("statements", running.statements().join(";\n"));
    insta::assert_snapshot!("singlestore", serde_json::to_string_pretty(&tables).expect("JSON"));
    assert_eq!(
        columns(named(&tables, "items"))[1..],
        ["embedding: vector(4, F32) → array", "place: geographypoint → geometry", "raw: bson → json"]
    );
    assert_eq!(summary(&setup, "x").await["schemas"], json!(["empty", "shop"]));
    assert!(running.statements().iter().all(|sql| !sql.contains("max_execution_time")), "no setting of another product's");
}

/// Over TLS, with a password that is sent, and through a tunnel.
#[tokio::test]
async fn ways_to_connect() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = Fake { tls: true, plugin: Plugin::Clear, ..fake() }.start().await;
    let tls = json!({"host": "localhost", "sslMode": true, "sslCa": authority()});
    for changes in [tls.clone(), tunnel(&tls)] {
        let data = diagnose(&client, &with(&body(running.port), &changes)).await;
        assert_eq!(data["success"], true, "{changes}: {data}");
    }
}

/// Where the catalog of indexes is missing, keys come from what is the same as in MySQL.
#[tokio::test]
async fn falls_back_to_information_schema() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let mut answers = catalog();
    answers.retain(|(needle, _)| !needle.contains("statistics"));
    answers.push((
        "from information_schema.key_column_usage",
        rows(&["s", "t", "n", "c", "rs", "rt", "rc"], &[&["shop", "orders", "PRIMARY", "id", "\0", "\0", "\0"]]),
    ));
    let running = Fake { answers, ..fake() }.start().await;
    client.create(&body(running.port)).await.ok();
    assert_eq!(named(&cached(&setup, "x").await, "orders")["primaryKey"], json!(["id"]));
}

/// Two thousand tables take as many statements as two.
#[tokio::test]
async fn statements_do_not_grow_with_tables() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let mut counts = Vec::new();
    for count in [2, 2_000] {
        let mut answers = catalog();
        let own = |values: &[&str]| values.iter().map(|v| Some((*v).to_owned())).collect::<Vec<_>>();
        let tables = (0..count).map(|n| own(&["shop", &format!("t{n:04}"), "BASE TABLE", "MemSQL", "", "1"])).collect::<Vec<_>>();
        let columns =
            (0..count).map(|n| own(&["shop", &format!("t{n:04}"), "id", "int(11)", "int", "NO", "0", "", "", ""])).collect::<Vec<_>>();
        for (needle, answer) in &mut answers {
            match (*needle, answer) {
                ("from information_schema.tables", Answer::Rows(_, rows)) => rows.clone_from(&tables),
                ("from information_schema.columns", Answer::Rows(_, rows)) => rows.clone_from(&columns),
                _ => {}
            }
        }
        let running = Fake { answers, ..fake() }.start().await;
        let mut body = body(running.port);
        body["credentials"]["name"] = json!(format!("x{count}"));
        client.create(&body).await.ok();
        assert_eq!(summary(&setup, &format!("x{count}")).await["tables"], json!(count));
        counts.push(running.statements().len());
    }
    assert!(counts[0] > 4 && counts[0] <= 12 && counts[0] == counts[1], "{counts:?}");
}

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let error = |code: u16| [&[0xff], &code.to_le_bytes()[..], b"#HY000canary"].concat();
    let with_error = |needle, code| Fake { answers: [vec![(needle, Answer::Error(code))], catalog()].concat(), ..fake() };
    let check = "check username and password, and whether the user may connect from here; set sslMode to true if the user must use TLS";
    for (case, fake, changes, step, code, field, remedy) in [
        ("password", fake(), json!({"password": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), check),
        (
            "full",
            Fake { greeting: Some(error(1040)), ..fake() },
            json!({}),
            "connect",
            "TOO_MANY_CONNECTIONS",
            None,
            "raise the server's or the user's connection limit, or try again later",
        ),
        (
            "locked",
            Fake { verdict: vec![error(3955)], ..fake() },
            json!({}),
            "authenticate",
            "ACCOUNT_LOCKED",
            Some("username"),
            "unlock the account at the server",
        ),
        (
            "Kerberos",
            Fake { verdict: vec![b"\xfeauth_gssapi_client\0x\0".to_vec()], ..fake() },
            json!({}),
            "authenticate",
            "AUTHENTICATION_UNSUPPORTED",
            Some("username"),
            "let the user log in with caching_sha2_password, sha256_password, mysql_native_password or ed25519",
        ),
        (
            "JWT in the clear",
            Fake { verdict: vec![b"\xfemysql_clear_password\0".to_vec()], ..fake() },
            json!({}),
            "authenticate",
            "PASSWORD_EXPOSED",
            Some("sslMode"),
            "set sslMode to true: over TLS with a verified certificate the password may be sent",
        ),
        (
            "no TLS",
            fake(),
            json!({"sslMode": true}),
            "tls",
            "TLS_UNSUPPORTED",
            Some("sslMode"),
            "turn TLS on at the server, or sslMode off",
        ),
        ("no such database", fake(), json!({"database": "gone"}), "database", "DATABASE_NOT_FOUND", Some("database"), "check database"),
        (
            "TLS needed",
            Fake { verdict: vec![error(3159)], ..fake() },
            json!({}),
            "tls",
            "TLS_REQUIRED",
            Some("sslMode"),
            "set sslMode to true",
        ),
        (
            "unknown host",
            fake(),
            json!({"host": "nowhere.invalid"}),
            "resolve",
            "HOST_NOT_FOUND",
            Some("host"),
            "check the spelling of the host",
        ),
        (
            "read-only",
            with_error("from information_schema.columns where table_schema not", 1290),
            json!({}),
            "read",
            "READ_ONLY",
            None,
            "connect to a server that is open to this user",
        ),
        (
            "a leaf is away",
            with_error("table_schema = database()", 2470),
            json!({}),
            "list",
            "SERVER_ERROR",
            None,
            "look into the server's log",
        ),
        (
            "privilege",
            with_error("table_schema = database()", 1142),
            json!({}),
            "list",
            "NO_PRIVILEGE",
            Some("username"),
            "check database; if it exists, GRANT SELECT, SHOW VIEW ON `shop`.* to the user's account",
        ),
        ("shutting down", with_error("from information_schema.columns", 1053), json!({}), "read", "NOT_READY", None, "try again later"),
        (
            "killed",
            with_error("from information_schema.tables where table_schema not", 1317),
            json!({}),
            "read",
            "RESOURCES_EXHAUSTED",
            None,
            "raise the limit for this user, or try again later",
        ),
    ] {
        let running = fake.start().await;
        let mut changes = changes;
        changes["port"] = json!(running.port);
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(1)).await;
    }
}

/// Threat R6: caps mark the cache partial and keep the rest.
#[tokio::test]
async fn r6_caps_are_told() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_MAX_TABLES", "1")]);
    let client = server.client(&setup.token("acme"));
    let running = fake().start().await;
    client.create(&body(running.port)).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(1), &json!(["schemas", "tables"])));
}
