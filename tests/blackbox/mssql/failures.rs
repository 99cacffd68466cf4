//! Broken set-ups: each with the step, code, field and remedy that are said about it.
//!
//! Peers: pysqlbridge.

use serde_json::json;

use super::{PROBE, body, catalog, fake};
use crate::fakes::tds::{Answer, Fake, Verdict};
use crate::support::Setup;
use crate::support::closed_port;
use crate::support::diagnose::Broken;
use crate::support::peers::variable;

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (running, plain, partly) =
        (fake().start().await, Fake { encryption: 2, ..fake() }.start().await, Fake { encryption: 0, ..fake() }.start().await);
    let bridge: u16 = variable("HEADWATER_TEST_TDS_PORT").parse().expect("port");
    let ssh: u16 = variable("HEADWATER_TEST_SSH_PORT").parse().expect("port");
    let (_held, closed) = closed_port();
    let check = "check user and password";
    let port = running.port;
    for (case, port, changes, step, code, field, remedy) in [
        ("password", port, json!({"password": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), check),
        (
            "password for real",
            bridge,
            json!({"sslVerify": "none", "user": "reader", "password": "no"}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            check,
        ),
        (
            "user for real",
            bridge,
            json!({"sslVerify": "none", "user": "nobody"}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            check,
        ),
        (
            "database",
            port,
            json!({"database": "nowhere"}),
            "database",
            "DATABASE_NOT_FOUND",
            Some("database"),
            "check database, and that the login has a user in it",
        ),
        (
            "own certificate for real",
            bridge,
            json!({"sslCa": null}),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa; the one that SQL Server makes for itself has none: install another, or set sslVerify to none",
        ),
        (
            "own CA",
            port,
            json!({"sslCa": null}),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa; the one that SQL Server makes for itself has none: install another, or set sslVerify to none",
        ),
        (
            "another name",
            port,
            json!({"server": "127.0.0.1"}),
            "tls",
            "CERTIFICATE_NAME",
            Some("server"),
            "use the name in the certificate as server, or set sslVerify to ca",
        ),
        (
            "no TLS",
            plain.port,
            json!({}),
            "tls",
            "TLS_UNSUPPORTED",
            Some("server"),
            "turn TLS on at the server (Force Encryption): a login is never sent without",
        ),
        (
            "TLS for the login alone",
            partly.port,
            json!({}),
            "tls",
            "TLS_UNSUPPORTED",
            Some("server"),
            "turn TLS on at the server (Force Encryption): a login is never sent without",
        ),
        (
            "closed port",
            closed,
            json!({}),
            "connect",
            "CONNECTION_REFUSED",
            Some("port"),
            "check server and port, and that the server is running",
        ),
        (
            "unknown host",
            port,
            json!({"server": "nowhere.invalid"}),
            "resolve",
            "HOST_NOT_FOUND",
            Some("server"),
            "check the spelling of the server",
        ),
        ("another protocol", ssh, json!({}), "tls", "PROTOCOL_ERROR", Some("port"), "check port and datasourceType"),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(port, &json!({}))).await;
    }
    // None of them learned the password without TLS.
    assert!(plain.logins().is_empty() && partly.logins().is_empty());
    // `host` and `username` are other kinds' words.
    let other = json!({"datasourceType": "mssql", "credentials": {"name": "x", "host": "localhost", "port": 1433, "username": "app", "password": "pw"}});
    let answer = client.create(&other).await;
    assert_eq!(
        (answer.status, answer.message()),
        (400, "\"credentials.server\" is required (unknown keys: credentials.host, credentials.username)")
    );
}

/// Errors of logins, by their numbers.
#[tokio::test]
async fn errors_of_logins() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_LOG", "trace")]);
    let client = server.client(&setup.token("acme"));
    let at = "authenticate";
    let later = "try again later";
    let open = "bring it online or connect to another replica, or try again later";
    let full = "raise the server's or the user's connection limit, or try again later";
    for (number, step, code, field, remedy) in [
        (
            18_452,
            at,
            "AUTHENTICATION_FAILED",
            Some("password"),
            "check user and password, and that the server allows SQL Server authentication",
        ),
        (40_532, at, "AUTHENTICATION_FAILED", Some("user"), "give the user as user@server, with the first part of the server's name"),
        (18_470, at, "ACCOUNT_LOCKED", Some("user"), "unlock the account at the server"),
        (18_486, at, "ACCOUNT_LOCKED", Some("user"), "unlock the account at the server"),
        (18_487, at, "PASSWORD_EXPIRED", Some("password"), "set a new password at the server"),
        (18_488, at, "PASSWORD_EXPIRED", Some("password"), "set a new password at the server"),
        (4_064, "database", "DATABASE_NOT_FOUND", Some("database"), "check database, and that the login has a user in it"),
        (916, at, "NO_PRIVILEGE", Some("user"), "create a user for the login in the database (CREATE USER … FOR LOGIN …)"),
        (40_615, at, "NOT_ADMITTED", Some("server"), "add this server's address to the firewall rules of the database server"),
        (17_809, at, "TOO_MANY_CONNECTIONS", None, full),
        (10_928, at, "TOO_MANY_CONNECTIONS", None, full),
        (40_613, at, "DATABASE_UNAVAILABLE", Some("database"), open),
        (17_142, at, "NOT_READY", None, later),
        (978, at, "READ_ONLY", Some("readOnlyIntent"), "set readOnlyIntent to true: this replica takes no other connections"),
        (979, at, "READ_ONLY", Some("readOnlyIntent"), "set readOnlyIntent to false: this replica takes no connections that only read"),
        (47_072, "tls", "TLS_FAILED", Some("port"), "check that the port speaks TLS 1.2 or later"),
        (99_999, at, "SERVER_ERROR", None, "look into the server's log"),
    ] {
        let running = Fake { verdict: Verdict::Error(number), ..fake() }.start().await;
        Broken { case: code, changes: json!({}), step, code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
    // Threat L4: the driver logs what servers say; it is not listened to.
    assert!(server.logged("probe ended") && !server.log().contains("canary") && !server.log().contains("tiberius"));
}

/// Errors of statements.
#[tokio::test]
async fn errors_of_statements() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (needle, number, step, code, field, remedy) in [
        (PROBE, 40_501, "database", "TOO_MANY_CONNECTIONS", None, "raise the server's or the user's connection limit, or try again later"),
        (
            "select top 1",
            229,
            "list",
            "NO_PRIVILEGE",
            Some("user"),
            "let the login see the catalog: GRANT VIEW DEFINITION in the database, or SELECT on its tables",
        ),
        ("from sys.columns", 701, "read", "RESOURCES_EXHAUSTED", None, "raise the limit for this user, or try again later"),
        (
            "from sys.columns",
            942,
            "read",
            "DATABASE_UNAVAILABLE",
            Some("database"),
            "bring it online or connect to another replica, or try again later",
        ),
        (
            "from sys.objects o",
            300,
            "read",
            "NO_PRIVILEGE",
            Some("user"),
            "let the login see the catalog: GRANT VIEW DEFINITION in the database, or SELECT on its tables",
        ),
        ("from sys.indexes", 1_222, "read", "NOT_READY", None, "another session holds locks on the catalog: try again later"),
    ] {
        let running = Fake { answers: [vec![(needle.to_owned(), Answer::Error(number))], catalog()].concat(), ..fake() }.start().await;
        Broken { case: needle, changes: json!({}), step, code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
    // Estimates are missed by nobody.
    let without =
        Fake { answers: [vec![("from sys.partitions".to_owned(), Answer::Error(262))], catalog()].concat(), ..fake() }.start().await;
    client.create(&body(without.port, &json!({}))).await.ok();
}
