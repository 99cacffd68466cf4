//! Broken set-ups: each with the step, code, field and remedy that are said about it.
//!
//! Peers: postgres.

use serde_json::json;

use crate::fakes::mysql::{Fake, Plugin};
use crate::fakes::tls::authority;
use crate::support::Setup;
use crate::support::closed_port;
use crate::support::diagnose::Broken;
use crate::support::mariadb::MariaDb;

use super::login::empty_catalog;

#[tokio::test]
async fn real_failures() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "4s")]);
    let client = server.client(&setup.token("acme"));
    let source = MariaDb::new();
    let (user, database) = (&source.user, &source.database);
    source.admin_sql(&format!(
        "create user {user}_locked@'127.0.0.1' identified by 'pw' account lock; create user {user}_old@'127.0.0.1' identified by 'pw' password expire;
        create user {user}_tls@'127.0.0.1' identified by 'pw' require ssl; create user {user}_one@'127.0.0.1' identified by 'pw' with max_connections_per_hour 1;
        create user {user}_far@'10.9.8.7' identified by 'pw'; create database {database}_other"
    ));
    let check = "check username and password, and whether the user may connect from here; set sslMode to true if the user must use TLS";
    let (_held, closed) = closed_port();
    let grant: &'static str = format!(
        "check database; if it exists, GRANT SELECT, SHOW VIEW ON `{}\\_other`.* to the user's account",
        database.replace('_', "\\_")
    )
    .leak();
    let postgres: u16 = crate::support::Source::new().await.port;
    let cases = [
        Broken {
            case: "password",
            changes: json!({"password": "no"}),
            step: "authenticate",
            code: "AUTHENTICATION_FAILED",
            field: Some("password"),
            remedy: check,
        },
        Broken {
            case: "user",
            changes: json!({"username": "nobody"}),
            step: "authenticate",
            code: "AUTHENTICATION_FAILED",
            field: Some("password"),
            remedy: check,
        },
        Broken {
            case: "from elsewhere",
            changes: json!({"username": format!("{user}_far")}),
            step: "authenticate",
            code: "AUTHENTICATION_FAILED",
            field: Some("password"),
            remedy: check,
        },
        Broken {
            case: "user must use TLS",
            changes: json!({"username": format!("{user}_tls")}),
            step: "authenticate",
            code: "AUTHENTICATION_FAILED",
            field: Some("password"),
            remedy: check,
        },
        Broken {
            case: "locked",
            changes: json!({"username": format!("{user}_locked")}),
            step: "authenticate",
            code: "ACCOUNT_LOCKED",
            field: Some("username"),
            remedy: "unlock the account at the server",
        },
        Broken {
            case: "expired",
            changes: json!({"username": format!("{user}_old")}),
            step: "authenticate",
            code: "PASSWORD_EXPIRED",
            field: Some("password"),
            remedy: "set a new password at the server",
        },
        Broken {
            case: "database",
            changes: json!({"database": "nowhere"}),
            step: "database",
            code: "NO_PRIVILEGE",
            field: Some("username"),
            remedy: "check database; if it exists, GRANT SELECT, SHOW VIEW ON `nowhere`.* to the user's account",
        },
        Broken {
            case: "privilege",
            changes: json!({"database": format!("{database}_other")}),
            step: "database",
            code: "NO_PRIVILEGE",
            field: Some("username"),
            remedy: grant,
        },
        Broken {
            case: "closed port",
            changes: json!({"port": closed}),
            step: "connect",
            code: "CONNECTION_REFUSED",
            field: Some("port"),
            remedy: "check host and port, and that the server is running",
        },
        Broken {
            case: "unknown host",
            changes: json!({"host": "nowhere.invalid"}),
            step: "resolve",
            code: "HOST_NOT_FOUND",
            field: Some("host"),
            remedy: "check the spelling of the host",
        },
        Broken {
            case: "own CA",
            changes: json!({"host": "localhost", "sslMode": true}),
            step: "tls",
            code: "CERTIFICATE_UNTRUSTED",
            field: Some("sslCa"),
            remedy: "give the authority's certificate (PEM) as sslCa",
        },
        Broken {
            case: "another name",
            changes: json!({"sslMode": true, "sslCa": authority()}),
            step: "tls",
            code: "CERTIFICATE_NAME",
            field: Some("host"),
            remedy: "use the name in the certificate as host, or set sslVerify to ca",
        },
        // PostgreSQL waits for the client to begin; so do we for the server.
        Broken {
            case: "another protocol",
            changes: json!({"port": crate::fakes::speaker(b"SSH-2.0-OpenSSH_9.2\r\n").await}),
            step: "connect",
            code: "PROTOCOL_ERROR",
            field: Some("port"),
            remedy: "check port and datasourceType",
        },
        Broken {
            case: "silence",
            changes: json!({"port": postgres}),
            step: "connect",
            code: "TIMED_OUT",
            field: None,
            remedy: "check host, port and firewalls between",
        },
    ];
    for case in &cases {
        case.check(&client, &source.body("x")).await;
    }
    // A user whom the admin lets see everything learns that the database is not there.
    let admin = json!({"datasourceType": "mysql", "credentials": {"name": "x", "host": "127.0.0.1", "port": source.port, "username": "admin", "password": "pw", "database": "nowhere"}});
    Broken {
        case: "no such database",
        changes: json!({}),
        step: "database",
        code: "DATABASE_NOT_FOUND",
        field: Some("database"),
        remedy: "check database",
    }
    .check(&client, &admin)
    .await;
}

/// What MariaDB cannot be brought to say here: error packets in place of the greeting, at login and in statements.
#[tokio::test]
async fn failures_of_other_servers() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let error = |code: u16| [&[0xff], &code.to_le_bytes()[..], b"#HY000canary"].concat();
    let later = "try again later";
    let full = "raise the server's or the user's connection limit, or try again later";
    let base = json!({"datasourceType": "mysql", "credentials": {"name": "x", "host": "127.0.0.1", "port": 1, "username": "app", "password": "pw", "database": "shop"}});
    for (case, fake, changes, step, code, field, remedy) in [
        ("full", Fake { greeting: Some(error(1040)), ..Fake::default() }, json!({}), "connect", "TOO_MANY_CONNECTIONS", None, full),
        (
            "blocked",
            Fake { greeting: Some(error(1129)), ..Fake::default() },
            json!({}),
            "connect",
            "NOT_ADMITTED",
            Some("username"),
            "run mysqladmin flush-hosts at the server: it has blocked this address after many failed connections",
        ),
        (
            "host",
            Fake { greeting: Some(error(1130)), ..Fake::default() },
            json!({}),
            "connect",
            "NOT_ADMITTED",
            Some("username"),
            "create the user for this server's address at the database ('user'@'%')",
        ),
        // What really happened: the greeting refused us, so TLS was never tried.
        (
            "host, TLS asked for",
            Fake { greeting: Some(error(1130)), ..Fake::default() },
            json!({"sslMode": true}),
            "connect",
            "NOT_ADMITTED",
            Some("username"),
            "create the user for this server's address at the database ('user'@'%')",
        ),
        ("per user", Fake { verdict: vec![error(1203)], ..Fake::default() }, json!({}), "authenticate", "TOO_MANY_CONNECTIONS", None, full),
        (
            "TLS needed",
            Fake { verdict: vec![error(3159)], ..Fake::default() },
            json!({}),
            "tls",
            "TLS_REQUIRED",
            Some("sslMode"),
            "set sslMode to true",
        ),
        (
            "no TLS",
            Fake::default(),
            json!({"sslMode": true}),
            "tls",
            "TLS_UNSUPPORTED",
            Some("sslMode"),
            "turn TLS on at the server, or sslMode off",
        ),
        (
            "locked",
            Fake { verdict: vec![error(3118)], ..Fake::default() },
            json!({}),
            "authenticate",
            "ACCOUNT_LOCKED",
            Some("username"),
            "unlock the account at the server",
        ),
        (
            "expired",
            Fake { verdict: vec![error(1862)], ..Fake::default() },
            json!({}),
            "authenticate",
            "PASSWORD_EXPIRED",
            Some("password"),
            "set a new password at the server",
        ),
        ("shutting down", Fake { verdict: vec![error(1053)], ..Fake::default() }, json!({}), "authenticate", "NOT_READY", None, later),
        ("offline", Fake { verdict: vec![error(3032)], ..Fake::default() }, json!({}), "authenticate", "NOT_READY", None, later),
        (
            "password of MySQL 3",
            Fake { verdict: vec![b"\xfe".to_vec()], ..Fake::default() },
            json!({}),
            "authenticate",
            "AUTHENTICATION_UNSUPPORTED",
            Some("username"),
            "let the user log in with caching_sha2_password, sha256_password, mysql_native_password or ed25519",
        ),
        (
            "Kerberos",
            Fake { verdict: vec![b"\xfeauthentication_kerberos_client\0x\0".to_vec()], ..Fake::default() },
            json!({}),
            "authenticate",
            "AUTHENTICATION_UNSUPPORTED",
            Some("username"),
            "let the user log in with caching_sha2_password, sha256_password, mysql_native_password or ed25519",
        ),
        (
            "no such database",
            Fake { answers: empty_catalog(), ..Fake::default() },
            json!({"database": "gone"}),
            "database",
            "DATABASE_NOT_FOUND",
            Some("database"),
            "check database",
        ),
        (
            "catalog forbidden",
            Fake {
                answers: [vec![("table_schema = database()", crate::fakes::mysql::Answer::Error(1142))], empty_catalog()].concat(),
                ..Fake::default()
            },
            json!({}),
            "list",
            "NO_PRIVILEGE",
            Some("username"),
            "check database; if it exists, GRANT SELECT, SHOW VIEW ON `shop`.* to the user's account",
        ),
        (
            "read-only",
            Fake {
                answers: [
                    vec![("information_schema.columns where table_schema not", crate::fakes::mysql::Answer::Error(1290))],
                    empty_catalog(),
                ]
                .concat(),
                ..Fake::default()
            },
            json!({}),
            "read",
            "READ_ONLY",
            None,
            "connect to a server that is open to this user",
        ),
        (
            "out of time",
            Fake {
                answers: [vec![("from information_schema.schemata", crate::fakes::mysql::Answer::Error(3024))], empty_catalog()].concat(),
                ..Fake::default()
            },
            json!({}),
            "read",
            "RESOURCES_EXHAUSTED",
            None,
            "raise the limit for this user, or try again later",
        ),
        (
            "unheard of",
            Fake {
                plugin: Plugin::Native,
                answers: [vec![("show variables", crate::fakes::mysql::Answer::Error(9999))], empty_catalog()].concat(),
                ..Fake::default()
            },
            json!({}),
            "database",
            "SERVER_ERROR",
            None,
            "look into the server's log",
        ),
    ] {
        let running = fake.start().await;
        let mut changes = changes;
        changes["port"] = json!(running.port);
        Broken { case, changes, step, code, field, remedy }.check(&client, &base).await;
    }
}
