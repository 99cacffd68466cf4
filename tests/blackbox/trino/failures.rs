//! Broken set-ups: each with the step, code, field and remedy that are said about it.
//!
//! Peers: trino-tls.

use serde_json::{Value, json};

use super::{body, catalog, fake};
use crate::fakes::http::{Reply, serve};
use crate::fakes::tls::authority;
use crate::fakes::trino::{Answer, Fake};
use crate::support::Setup;
use crate::support::closed_port;
use crate::support::diagnose::Broken;
use crate::support::peers::variable;

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (plain, secure) = (fake().start().await, Fake { password: Some("pw"), ..fake() }.start().await);
    let ca = authority();
    let (_held, closed) = closed_port();
    let nginx: u16 = variable("HEADWATER_TEST_TRINO_TLS_PORT").parse().expect("port");
    let give = "give a password: the server wants one (it is sent over TLS only)";
    let tls = "check that the port speaks TLS 1.2 or later; for a server without TLS leave the password empty";
    let mode = "set sslMode to true (or the host to https://…), or leave the password empty";
    for (case, port, changes, step, code, field, remedy) in [
        (
            "password",
            secure.port,
            json!({"password": "no", "sslCa": ca}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            "check username and password",
        ),
        (
            "password of nginx",
            nginx,
            json!({"password": "no", "sslCa": ca}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            "check username and password",
        ),
        (
            "no password",
            secure.port,
            json!({"sslMode": true, "sslCa": ca}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            give,
        ),
        ("password without TLS", plain.port, json!({"password": "pw"}), "tls", "TLS_FAILED", Some("port"), tls),
        (
            "password over http://",
            plain.port,
            json!({"password": "pw", "host": "http://localhost"}),
            "authenticate",
            "PASSWORD_EXPOSED",
            Some("sslMode"),
            mode,
        ),
        (
            "password with sslMode off",
            plain.port,
            json!({"password": "pw", "sslMode": false}),
            "authenticate",
            "PASSWORD_EXPOSED",
            Some("sslMode"),
            mode,
        ),
        ("HTTP to the port of HTTPS", nginx, json!({"sslMode": false}), "tls", "TLS_REQUIRED", Some("sslMode"), "set sslMode to true"),
        (
            "own CA",
            secure.port,
            json!({"password": "pw"}),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa",
        ),
        (
            "another name",
            secure.port,
            json!({"password": "pw", "sslCa": ca, "host": "127.0.0.1"}),
            "tls",
            "CERTIFICATE_NAME",
            Some("host"),
            "use the name in the certificate as host, or set sslVerify to ca",
        ),
        ("catalog", plain.port, json!({"catalog": "nowhere"}), "database", "DATABASE_NOT_FOUND", Some("catalog"), "check catalog"),
        ("schema", plain.port, json!({"schema": "nowhere"}), "list", "SCHEMA_NOT_FOUND", Some("schema"), "check schema"),
        (
            "closed port",
            closed,
            json!({}),
            "connect",
            "CONNECTION_REFUSED",
            Some("port"),
            "check host and port, and that the server is running",
        ),
        (
            "unknown host",
            plain.port,
            json!({"host": "nowhere.invalid"}),
            "resolve",
            "HOST_NOT_FOUND",
            Some("host"),
            "check the spelling of the host",
        ),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(port, &json!({}))).await;
    }
    // In none of these the password went out in the clear.
    assert!(plain.requests().iter().all(|r| r.header("authorization").is_none()));
    // Several catalogs, as a list in either way.
    for (catalog, message) in [
        (json!("hive,iceberg"), "\"credentials.catalog\" must be one name, not a list"),
        (json!(["hive"]), "\"credentials.catalog\" must be a string"),
    ] {
        let answer = client.create(&body(plain.port, &json!({"catalog": catalog}))).await;
        assert_eq!((answer.status, answer.message()), (400, message));
    }
}

/// Errors of statements, in the words of Trino, at three moments.
#[tokio::test]
async fn errors_of_the_server() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let later = "try again later";
    let limit = "raise the limit for this user, or try again later";
    let check = "information_schema.schemata where schema_name = 'sales'";
    let read = "column_default, comment";
    for (needle, name, number, step, code, field, remedy) in [
        (
            check,
            "PERMISSION_DENIED",
            4,
            "database",
            "NO_PRIVILEGE",
            Some("username"),
            "let the server's access control show the catalog \"hive\" to the user",
        ),
        (check, "CATALOG_UNAVAILABLE", 121, "database", "DATABASE_NOT_FOUND", Some("catalog"), "check catalog"),
        (check, "NO_NODES_AVAILABLE", 65_541, "database", "NOT_READY", None, later),
        (
            check,
            "QUERY_QUEUE_FULL",
            131_074,
            "database",
            "TOO_MANY_CONNECTIONS",
            None,
            "raise the server's or the user's connection limit, or try again later",
        ),
        (read, "EXCEEDED_TIME_LIMIT", 131_075, "read", "RESOURCES_EXHAUSTED", None, limit),
        (read, "EXCEEDED_GLOBAL_MEMORY_LIMIT", 131_073, "read", "RESOURCES_EXHAUSTED", None, limit),
        (read, "EXCEEDED_CPU_LIMIT", 131_077, "read", "RESOURCES_EXHAUSTED", None, limit),
        (read, "CLUSTER_OUT_OF_MEMORY", 131_076, "read", "RESOURCES_EXHAUSTED", None, limit),
        (read, "ADMINISTRATIVELY_KILLED", 38, "read", "RESOURCES_EXHAUSTED", None, limit),
        (read, "SERVER_SHUTTING_DOWN", 65_545, "read", "NOT_READY", None, later),
        (read, "HIVE_METASTORE_ERROR", 16_777_216, "read", "SERVER_ERROR", None, "look into the server's log"),
    ] {
        let answers = [vec![(needle, Answer::Error(name, number, "X"))], catalog()].concat();
        let running = Fake { answers, ..fake() }.start().await;
        Broken { case: name, changes: json!({}), step, code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
}

/// Answers that are no pages.
#[tokio::test]
async fn statuses() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let at = "authenticate";
    for (status, text, code, field, remedy) in [
        (401, "canary", "AUTHENTICATION_FAILED", Some("password"), "give a password: the server wants one (it is sent over TLS only)"),
        (403, "Authentication over HTTP is not enabled", "TLS_REQUIRED", Some("sslMode"), "set sslMode to true"),
        (
            406,
            "<html>",
            "PROTOCOL_ERROR",
            Some("port"),
            "set http-server.process-forwarded=true at the server: there is a proxy in front of it",
        ),
        (404, "<html>", "PROTOCOL_ERROR", Some("port"), "check port and datasourceType"),
        (500, "<html>", "PROTOCOL_ERROR", Some("port"), "check port and datasourceType"),
        (200, "<html>", "PROTOCOL_ERROR", Some("port"), "check port and datasourceType"),
        (303, "", "REDIRECTED", Some("host"), "give the final host and port"),
    ] {
        let running = serve(move |_, request| match request.path.as_str() {
            "/v1/info" if status != 303 => Reply::Whole(200, vec![], "{}".to_owned()),
            _ => Reply::Whole(status, vec![], text.to_owned()),
        })
        .await;
        let step = if code == "TLS_REQUIRED" { "tls" } else { at };
        Broken { case: text, changes: json!({}), step, code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
    let starting = serve(|_, _| crate::fakes::http::json(200, &json!({"starting": true}))).await;
    Broken {
        case: "starting",
        changes: Value::Object(serde_json::Map::new()),
        step: at,
        code: "NOT_READY",
        field: None,
        remedy: "try again later",
    }
    .check(&client, &body(starting.port, &json!({})))
    .await;
}
