//! Broken set-ups: each with the step, code, field and remedy that are said about it.
//!
//! Peers: clickhouse-tls.

use serde_json::json;

use crate::fakes::http::{Reply, serve};
use crate::fakes::tls::authority;
use crate::support::Setup;
use crate::support::clickhouse::ClickHouse;
use crate::support::closed_port;
use crate::support::diagnose::Broken;
use crate::support::peers::variable;

const CHECK: &str = "check username and password";
const PORT: &str = "check port and datasourceType; if the server speaks TLS set sslMode to true (or the host to https://…)";

#[tokio::test]
async fn real_failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = ClickHouse::old().await;
    let tls: u16 = variable("HEADWATER_TEST_CLICKHOUSE_TLS_PORT").parse().expect("port");
    let ssh: u16 = variable("HEADWATER_TEST_SSH_PORT").parse().expect("port");
    let (_held, closed) = closed_port();
    for case in [
        Broken {
            case: "password",
            changes: json!({"password": "no"}),
            step: "authenticate",
            code: "AUTHENTICATION_FAILED",
            field: Some("password"),
            remedy: CHECK,
        },
        Broken {
            case: "user",
            changes: json!({"username": "nobody"}),
            step: "authenticate",
            code: "AUTHENTICATION_FAILED",
            field: Some("password"),
            remedy: CHECK,
        },
        Broken {
            case: "address",
            changes: json!({"username": "elsewhere"}),
            step: "authenticate",
            code: "NOT_ADMITTED",
            field: Some("username"),
            remedy: "add this server's address to the user's allowed hosts at the database (HOST IP)",
        },
        Broken {
            case: "database",
            changes: json!({"database": "no where"}),
            step: "database",
            code: "DATABASE_NOT_FOUND",
            field: Some("database"),
            remedy: "check database",
        },
        Broken {
            case: "privilege",
            changes: json!({"username": "boxed"}),
            step: "database",
            code: "NO_PRIVILEGE",
            field: Some("username"),
            remedy: "add the database to the user's allow_databases at the server",
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
            changes: json!({"host": "http://nowhere.invalid"}),
            step: "resolve",
            code: "HOST_NOT_FOUND",
            field: Some("host"),
            remedy: "check the spelling of the host",
        },
        Broken {
            case: "own CA",
            changes: json!({"host": "https://localhost", "port": tls}),
            step: "tls",
            code: "CERTIFICATE_UNTRUSTED",
            field: Some("sslCa"),
            remedy: "give the authority's certificate (PEM) as sslCa",
        },
        Broken {
            case: "another name",
            changes: json!({"host": "https://127.0.0.1", "port": tls, "sslCa": authority()}),
            step: "tls",
            code: "CERTIFICATE_NAME",
            field: Some("host"),
            remedy: "use the name in the certificate as host, or set sslVerify to ca",
        },
        Broken {
            case: "HTTP to the port of HTTPS",
            changes: json!({"port": tls}),
            step: "tls",
            code: "TLS_REQUIRED",
            field: Some("sslMode"),
            remedy: "set sslMode to true",
        },
        Broken {
            case: "TLS where SSH is",
            changes: json!({"sslMode": true, "port": ssh}),
            step: "tls",
            code: "TLS_FAILED",
            field: Some("port"),
            remedy: "check that the port speaks TLS 1.2 or later",
        },
        Broken {
            case: "HTTP where SSH is",
            changes: json!({"port": ssh}),
            step: "authenticate",
            code: "PROTOCOL_ERROR",
            field: Some("port"),
            remedy: PORT,
        },
    ] {
        case.check(&client, &source.body("x")).await;
    }
    source.sql(&["drop database $"]).await;
}

/// Answers of other versions and of proxies in front.
#[tokio::test]
async fn answers_of_other_servers() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let now = |code: u16| format!("Code: {code}. DB::Exception: canary <b>. (X) (version 26.9.2.1)\n");
    let limit = "raise the limit for this user, or try again later";
    for (case, status, head, body, code, remedy) in [
        ("516", 403, vec![("X-ClickHouse-Exception-Code", "516")], now(516), "AUTHENTICATION_FAILED", CHECK),
        ("516 in the body alone", 403, vec![], now(516), "AUTHENTICATION_FAILED", CHECK),
        ("401 of a proxy", 401, vec![], "<html>401".to_owned(), "AUTHENTICATION_FAILED", CHECK),
        ("a code with a 200", 200, vec![("X-ClickHouse-Exception-Code", "241")], now(241), "RESOURCES_EXHAUSTED", limit),
        ("memory", 500, vec![("X-ClickHouse-Exception-Code", "241")], now(241), "RESOURCES_EXHAUSTED", limit),
        (
            "quota",
            500,
            vec![],
            "Code: 201, e.displayText() = DB::Exception: Quota, e.what() = DB::Exception".to_owned(),
            "RESOURCES_EXHAUSTED",
            limit,
        ),
        (
            "too many queries",
            500,
            vec![("X-ClickHouse-Exception-Code", "202")],
            now(202),
            "TOO_MANY_CONNECTIONS",
            "raise the server's or the user's connection limit, or try again later",
        ),
        ("timeout", 408, vec![("X-ClickHouse-Exception-Code", "159")], now(159), "RESOURCES_EXHAUSTED", limit),
        (
            "read-only",
            500,
            vec![("X-ClickHouse-Exception-Code", "164")],
            now(164),
            "READ_ONLY",
            "allow the user to run SELECT (readonly = 0, 1 or 2)",
        ),
        (
            "grants",
            403,
            vec![("X-ClickHouse-Exception-Code", "497")],
            now(497),
            "NO_PRIVILEGE",
            "grant SHOW TABLES, SHOW COLUMNS and SELECT on the database to the user",
        ),
        ("unheard of", 500, vec![("X-ClickHouse-Exception-Code", "9999")], now(9999), "SERVER_ERROR", "look into the server's log"),
        ("a code that is none", 500, vec![("X-ClickHouse-Exception-Code", "<b>")], "x".to_owned(), "PROTOCOL_ERROR", PORT),
        ("bad gateway", 502, vec![], "<html>".to_owned(), "NOT_READY", "try again later"),
        ("another server", 404, vec![], "<html>not found".to_owned(), "PROTOCOL_ERROR", PORT),
        ("the native port", 400, vec![], "Port 9000 is for clickhouse-client program".to_owned(), "PROTOCOL_ERROR", PORT),
        ("a redirect", 302, vec![("Location", "http://169.254.169.254/")], String::new(), "REDIRECTED", "give the final host and port"),
        ("no JSON", 200, vec![], "Ok.\n".to_owned(), "PROTOCOL_ERROR", PORT),
    ] {
        let head = head.into_iter().map(|(name, value)| (name, value.to_owned())).collect::<Vec<_>>();
        let running = serve(move |_, _| Reply::Whole(status, head.clone(), body.clone())).await;
        let field = match code {
            "AUTHENTICATION_FAILED" => Some("password"),
            "NO_PRIVILEGE" => Some("username"),
            "PROTOCOL_ERROR" => Some("port"),
            "REDIRECTED" => Some("host"),
            _ => None,
        };
        let base = json!({"datasourceType": "clickhouse", "credentials": {"name": "x", "host": "127.0.0.1", "port": running.port, "username": "app", "password": "pw"}});
        Broken { case, changes: json!({}), step: "authenticate", code, field, remedy }.check(&client, &base).await;
    }
}

/// A user with a quota of one query an hour: the second one says so. Nobody else uses that user.
#[tokio::test]
async fn a_quota_for_real() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = ClickHouse::old().await;
    let quota = Broken {
        case: "quota",
        changes: json!({"username": "spent"}),
        step: "authenticate",
        code: "RESOURCES_EXHAUSTED",
        field: None,
        remedy: "raise the limit for this user, or try again later",
    };
    let mut body = source.body("x");
    body["credentials"]["username"] = json!("spent");
    // The first statement is let through, the second is not.
    assert_eq!(client.create(&body).await.code(), (400, "CREDENTIAL_TEST_FAILED"));
    quota.check(&client, &source.body("x")).await;
    // Too little memory for any statement at all.
    let memory = Broken {
        case: "memory",
        changes: json!({"username": "tight"}),
        step: "authenticate",
        code: "RESOURCES_EXHAUSTED",
        field: None,
        remedy: "raise the limit for this user, or try again later",
    };
    memory.check(&client, &source.body("x")).await;
    source.sql(&["drop database $"]).await;
}
