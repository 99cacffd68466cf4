//! Broken set-ups: each with the step, code, field and remedy that are said about it.

use mongodb::bson::doc;
use serde_json::json;

use super::{at, body, database, mongo, open_at};
use crate::fakes::mongodb::Fake;
use crate::fakes::speaker;
use crate::support::diagnose::{Broken, diagnose, failed};
use crate::support::{Setup, closed_port};

#[tokio::test]
async fn failures() {
    let (setup, name) = (Setup::sqlite().await, database());
    let (_server, client) = setup.client();
    mongo(&name, "d.c.insert_one({'x': 1})\nprint('null')").await;
    let (_held, closed) = closed_port();
    // The peer waits for the rest of a greeting of TLS, which servers close the connection for.
    let fake = Fake::default().start().await;
    let web = speaker(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    let peer = body(&name, &json!({}));
    let password = "check username and password";
    for (case, body, changes, step, code, field, remedy) in [
        (
            "closed port",
            at(closed, &name, &json!({})),
            json!({}),
            "connect",
            "CONNECTION_REFUSED",
            Some("port"),
            "check host and port, and that the server is running",
        ),
        (
            "unknown host",
            peer.clone(),
            json!({"host": "no-such-host.invalid"}),
            "resolve",
            "HOST_NOT_FOUND",
            Some("host"),
            "check the spelling of the host",
        ),
        ("password", peer.clone(), json!({"password": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), password),
        ("empty password", peer.clone(), json!({"password": ""}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), password),
        ("user", peer.clone(), json!({"username": "nobody"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), password),
        ("database", peer.clone(), json!({"database": "none"}), "database", "DATABASE_NOT_FOUND", Some("database"), "check database"),
        (
            "another protocol",
            at(web, &name, &json!({})),
            json!({}),
            "authenticate",
            "PROTOCOL_ERROR",
            Some("port"),
            "check port and datasourceType",
        ),
        (
            "TLS where there is none",
            at(fake.port, &name, &json!({})),
            json!({"sslMode": true}),
            "tls",
            "TLS_FAILED",
            Some("port"),
            "check that the port speaks TLS 1.2 or later",
        ),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body).await;
    }
}

/// What a server answers with a number of its own, each with its step and code.
#[tokio::test]
async fn numbers_of_the_server() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (command, number, step, code) in [
        ("buildInfo", 13, "authenticate", "NO_PRIVILEGE"),
        ("buildInfo", 91, "authenticate", "NOT_READY"),
        ("buildInfo", 59, "authenticate", "SERVER_ERROR"),
        ("listCollections", 13, "list", "NO_PRIVILEGE"),
        ("listCollections", 50, "list", "RESOURCES_EXHAUSTED"),
    ] {
        let error = doc! {"ok": 0, "code": number, "errmsg": "canary"};
        let fake = Fake { answers: vec![(command, error)], ..Fake::default() }.start().await;
        let data = diagnose(&client, &open_at(fake.port)).await;
        let failed = failed(&data);
        assert_eq!((failed["step"].as_str(), failed["code"].as_str()), (Some(step), Some(code)), "{command} {number}");
        assert!(!data.to_string().contains("canary"), "{data}");
    }
    let old = Fake { hello: doc! {"maxWireVersion": 6}, ..Fake::default() }.start().await;
    let data = diagnose(&client, &open_at(old.port)).await;
    assert_eq!(failed(&data)["remedy"], json!("MongoDB 4.2 or later is needed"));
}
