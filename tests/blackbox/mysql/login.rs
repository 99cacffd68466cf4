//! Ways to log in. MariaDB has native passwords and ed25519; the others are a fake's, which the vendors' clients accept.
//!
//! Peers: clients.

use serde_json::{Value, json};

use crate::fakes::mysql::{Answer, Fake, Plugin, rows};
use crate::fakes::tls::authority;
use crate::support::Setup;
use crate::support::diagnose::{diagnose, outcome, with};
use crate::support::mariadb::MariaDb;
use crate::support::python::python;

/// As much of MySQL 8's catalog as a connection test and an empty read need.
pub(super) fn empty_catalog() -> Vec<(&'static str, Answer)> {
    vec![
        ("select 'judge'", rows(&["judge"], &[&["judge"]])),
        (
            "show variables like '%version%'",
            rows(&["Variable_name", "Value"], &[&["version", "8.0.36"], &["version_comment", "MySQL Community Server - GPL"]]),
        ),
        ("generation_expression", rows(&["count(*)"], &[&["1"]])),
        ("from information_schema.schemata", rows(&["SCHEMA_NAME"], &[&["shop"]])),
        ("from information_schema.", rows(&["nothing"], &[])),
    ]
}

fn fake(plugin: Plugin, tls: bool) -> Fake {
    Fake { plugin, tls, answers: empty_catalog(), ..Fake::default() }
}

fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "mysql", "credentials": {"name": "x", "host": "localhost", "port": port, "username": "app", "password": "pw", "database": "shop"}});
    with(&base, changes)
}

/// The vendors' clients log in to the fake, each in its own way, and are refused with another password.
#[tokio::test]
async fn the_fake_is_accepted_by_the_vendors_clients() {
    let pymysql = "import pymysql\nc = pymysql.connect(host='127.0.0.1', port=args['port'], user='app', password=args['password'], database='shop', ssl_ca=args['ca'] or None)";
    let connector = "import mysql.connector\nc = mysql.connector.connect(host='127.0.0.1', port=args['port'], user='app', password=args['password'], database='shop', use_pure=True, ssl_disabled=not args['ca'], ssl_ca=args['ca'], ssl_verify_identity=False)";
    let singlestore = "import singlestoredb\nc = singlestoredb.connect(host='127.0.0.1', port=args['port'], user='app', password=args['password'], database='shop', pure_python=True, **({'ssl_ca': args['ca'], 'ssl_disabled': False} if args['ca'] else {}))";
    let ask = "\nq = c.cursor()\nq.execute(\"select 'judge'\")\nprint(json.dumps([list(r) for r in q.fetchall()]))\nc.close()";
    let ca = crate::support::peers::variable("HEADWATER_TEST_SOURCE_CA");
    for (plugin, tls, clients) in [
        (Plugin::Native, false, &[pymysql, connector, singlestore][..]),
        (Plugin::CachingSha2(false), false, &[pymysql, connector]),
        (Plugin::CachingSha2(true), true, &[pymysql, connector, singlestore]),
        (Plugin::Sha256, true, &[pymysql, connector]),
        (Plugin::Clear, true, &[connector]),
    ] {
        let running = fake(plugin, tls).start().await;
        for client in clients {
            let arguments = |password: &str| json!({"port": running.port, "password": password, "ca": if tls { &ca } else { "" }});
            let answer = python(&format!("{client}{ask}"), &arguments("pw")).await;
            assert_eq!(answer, Ok(json!([["judge"]])), "{plugin:?} {client}");
            if plugin == Plugin::CachingSha2(false) {
                // With another password it goes on to full authentication, for which there is no TLS here.
                continue;
            }
            let refused = python(&format!("{client}{ask}"), &arguments("other")).await.expect_err("another password");
            assert!(refused.contains("1045"), "{plugin:?} {client}: {refused}");
        }
    }
}

/// Threat R2: which plug-in gets the password over which connection. The password never goes out bare to somebody unproved.
#[tokio::test]
async fn r2_the_password_is_shown_to_proved_servers_only() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (plain, unverified, verified) =
        (json!({}), json!({"sslMode": true, "sslVerify": "none"}), json!({"sslMode": true, "sslCa": authority()}));
    let ok = (json!("ok"), Value::Null);
    let exposed = (json!("authenticate"), json!("PASSWORD_EXPOSED"));
    for (plugin, tls, changes, wanted) in [
        (Plugin::Native, false, &plain, &ok),
        (Plugin::CachingSha2(false), false, &plain, &ok),
        (Plugin::CachingSha2(true), false, &plain, &exposed),
        (Plugin::CachingSha2(true), true, &plain, &exposed),
        (Plugin::CachingSha2(true), true, &unverified, &exposed),
        (Plugin::CachingSha2(true), true, &verified, &ok),
        (Plugin::Sha256, false, &plain, &exposed),
        (Plugin::Sha256, true, &unverified, &exposed),
        (Plugin::Sha256, true, &verified, &ok),
        (Plugin::Clear, false, &plain, &exposed),
        (Plugin::Clear, true, &unverified, &exposed),
        (Plugin::Clear, true, &verified, &ok),
    ] {
        let running = fake(plugin, tls).start().await;
        assert_eq!(
            &outcome(&client, &body(running.port, &with(&json!({"credentials": {"password": "canary-pw"}}), changes)["credentials"]))
                .await
                .0,
            &json!("authenticate"),
            "{plugin:?} another password"
        );
        let bare = running.heard().windows(9).any(|w| w == b"canary-pw");
        assert_eq!(bare, wanted == &ok && plugin != Plugin::Native && plugin != Plugin::CachingSha2(false), "{plugin:?} {changes}");
        assert!(!running.packets().iter().any(|packet| packet == b"\x02"), "{plugin:?}: a key was asked for");
        assert_eq!(&outcome(&client, &body(running.port, changes)).await, wanted, "{plugin:?} {changes}");
    }
}

/// MariaDB's own: ed25519, no password at all, and TLS as it should be.
#[tokio::test]
async fn mariadb_for_real() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = MariaDb::new();
    let (user, database) = (&source.user, &source.database);
    source.admin_sql(&format!(
        "create user {user}_ed@'127.0.0.1' identified via ed25519 using password('pw'); grant all on {database}.* to {user}_ed@'127.0.0.1';
        create user {user}_no@'127.0.0.1'; grant all on {database}.* to {user}_no@'127.0.0.1';
        create user {user}_tls@'127.0.0.1' identified by 'pw' require ssl; grant all on {database}.* to {user}_tls@'127.0.0.1';
        create user {user}_cert@'127.0.0.1' identified by 'pw' require x509; grant all on {database}.* to {user}_cert@'127.0.0.1'"
    ));
    let ca = authority();
    let pem = |name: &str| crate::support::peers::text("tls", name);
    for changes in [
        json!({}),
        json!({"username": format!("{user}_ed")}),
        json!({"username": format!("{user}_no"), "password": ""}),
        json!({"sslMode": true, "host": "localhost", "sslCa": ca}),
        json!({"sslMode": true, "sslVerify": "ca", "sslCa": ca}),
        json!({"sslMode": true, "sslVerify": "none", "username": format!("{user}_tls")}),
        json!({"sslMode": true, "host": "localhost", "sslCa": ca, "username": format!("{user}_ed")}),
        json!({"sslMode": true, "host": "localhost", "sslCa": ca, "username": format!("{user}_cert"), "sslCert": pem("client.pem"), "sslKey": pem("client.key")}),
    ] {
        let data = diagnose(&client, &with(&source.body("x"), &changes)).await;
        assert_eq!(data["success"], true, "{changes}: {data}");
        assert_eq!(data["server"]["product"], "MariaDB");
        assert!(data["server"]["version"].as_str().expect("version").starts_with('1'), "{data}");
    }
    // Through a tunnel, with TLS inside.
    let through = crate::postgres::ssh::tunnel(&json!({"host": "localhost", "sslMode": true, "sslCa": ca}));
    client.create(&with(&source.body("tunnelled"), &through)).await.ok();
    client.sync_name("tunnelled").await.ok();
}
