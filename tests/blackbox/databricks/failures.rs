//! Broken set-ups: each with the step, code, field and remedy that are said about it.

use std::time::Duration;

use serde_json::json;

use super::{body, fake};
use crate::fakes::databricks::Fake;
use crate::support::diagnose::{Broken, diagnose, failed};
use crate::support::{Setup, closed_port};

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    let forbidden = Fake { answers: vec![("current_catalog", Err("PERMISSION_DENIED"))], ..fake() }.start().await;
    let failing = Fake { answers: vec![("current_catalog", Err("INTERNAL_ERROR"))], ..fake() }.start().await;
    let (_held, closed) = closed_port();
    let token = "check token: it may be wrong, expired or revoked; or an IP access list of the workspace does not admit this server";
    for (case, port, changes, step, code, field, remedy) in [
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
            "own CA",
            running.port,
            json!({"sslCa": null}),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa",
        ),
        ("token", running.port, json!({"token": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("token"), token),
        (
            "token that no header takes",
            running.port,
            json!({"token": "a\nb"}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("token"),
            token,
        ),
        (
            "warehouse",
            running.port,
            json!({"path": "none"}),
            "warehouse",
            "DATABASE_UNAVAILABLE",
            Some("path"),
            "check path: the workspace has no such SQL warehouse",
        ),
        (
            "warehouse that may not be used",
            forbidden.port,
            json!({}),
            "warehouse",
            "NO_PRIVILEGE",
            Some("path"),
            "let the token's user use the warehouse (CAN USE)",
        ),
        ("warehouse that fails", failing.port, json!({}), "warehouse", "SERVER_ERROR", None, "look into the server's log"),
        ("catalog", running.port, json!({"catalog": "none"}), "database", "DATABASE_NOT_FOUND", Some("catalog"), "check catalog"),
        (
            "catalog that may not be used",
            running.port,
            json!({"catalog": "forbidden"}),
            "database",
            "NO_PRIVILEGE",
            Some("catalog"),
            "grant USE CATALOG on the catalog forbidden to the token's user",
        ),
        (
            "schema",
            running.port,
            json!({"catalog": "main", "schema": "none"}),
            "database",
            "SCHEMA_NOT_FOUND",
            Some("schema"),
            "check schema",
        ),
        (
            "schema of the default catalog",
            running.port,
            json!({"schema": "none"}),
            "database",
            "SCHEMA_NOT_FOUND",
            Some("schema"),
            "check schema",
        ),
        (
            "no hive_metastore",
            running.port,
            json!({"catalog": "hive_metastore"}),
            "database",
            "DATABASE_NOT_FOUND",
            Some("catalog"),
            "check catalog",
        ),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(port, &json!({}))).await;
    }
}

/// A warehouse that sleeps: the answer says so, and for how long it was waited for; the statement that waits is cancelled.
#[tokio::test]
async fn a_warehouse_that_wakes() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "3s")]);
    let client = server.client(&setup.token("acme"));
    let slow = Fake { asleep: usize::MAX, ..fake() }.start().await;
    let data = diagnose(&client, &body(slow.port, &json!({}))).await;
    let step = failed(&data);
    assert_eq!(
        (step["step"].as_str(), step["code"].as_str(), step["field"].as_str()),
        (Some("warehouse"), Some("NOT_READY"), Some("/credentials/path"))
    );
    let remedy = step["remedy"].as_str().expect("a remedy");
    assert!(remedy.starts_with("the warehouse is STARTING and was waited for ") && remedy.contains(" s: try again"), "{remedy}");
    // The cancellation goes out after the answer.
    let cancelled = async {
        while !slow.requests().iter().any(|r| r.path.ends_with("/cancel")) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), cancelled).await.expect("cancelled");
    let awake = Fake { asleep: 3, ..fake() }.start().await;
    let data = diagnose(&client, &body(awake.port, &json!({}))).await;
    assert_eq!(data["success"], true, "{data}");
}
