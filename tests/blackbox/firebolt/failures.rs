//! Broken set-ups, and hostile servers.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{body, catalog, fake, server};
use crate::fakes::firebolt::{Fake, SECRET};
use crate::fakes::http::{self, Reply, Request, serve_with};
use crate::support::Setup;
use crate::support::closed_port;
use crate::support::diagnose::{Broken, outcome, with};

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (server, client) = server(&setup);
    let running = fake().start().await;
    let (_held, closed) = closed_port();
    let host = "leave apiEndpoint out, or give a host under firebolt.io; the operator of this server may allow another by its name";
    let found = "check engine, and grant USAGE on it to the user";
    for (case, port, changes, step, code, field, remedy) in [
        (
            "secret",
            running.port,
            json!({"clientSecret": "canary-secret"}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("clientSecret"),
            "check clientId and clientSecret: those of a service account",
        ),
        (
            "account",
            running.port,
            json!({"account": "no/ne"}),
            "account",
            "ACCOUNT_NOT_FOUND",
            Some("account"),
            "check account, and that the service account has a user in it",
        ),
        (
            "database",
            running.port,
            json!({"database": "none"}),
            "database",
            "DATABASE_NOT_FOUND",
            Some("database"),
            "check database, and that USAGE on it is granted to the service account's user",
        ),
        ("engine", running.port, json!({"engine": "none"}), "engine", "ENGINE_NOT_FOUND", Some("engine"), found),
        (
            "stopped",
            running.port,
            json!({"engine": "idle"}),
            "engine",
            "COMPUTE_STOPPED",
            Some("engine"),
            "the engine is STOPPED: start it (START ENGINE \"idle\"); this server never does",
        ),
        ("schema", running.port, json!({"schema": "none"}), "list", "SCHEMA_NOT_FOUND", Some("schema"), "check schema"),
        (
            "own CA",
            running.port,
            json!({"sslCa": null}),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa",
        ),
        // S12: hosts that only look like the vendor's.
        (
            "another's host",
            closed,
            json!({"apiEndpoint": "api.firebolt.io.example.com"}),
            "policy",
            "TARGET_DENIED",
            Some("apiEndpoint"),
            host,
        ),
        ("an address", closed, json!({"apiEndpoint": "169.254.169.254"}), "policy", "TARGET_DENIED", Some("apiEndpoint"), host),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(port, &json!({}))).await;
    }
    assert!(!running.requests().iter().any(|r| r.body.contains("START") || r.body.contains("USE ENGINE \"idle\"")), "nothing is started");
    let starting = Fake { status: "STARTING", ..fake() }.start().await;
    assert_eq!(outcome(&client, &body(starting.port, &json!({}))).await, (json!("engine"), json!("NOT_READY")));
    assert!(!server.log().contains("canary"));
    let answer = client.create(&body(closed, &json!({"apiEndpoint": "a/b"}))).await;
    let message = "\"credentials.apiEndpoint\" must be a host name or an IP address, with or without https:// and a port, without path";
    assert_eq!(answer.message(), message);
}

/// Errors of statements, and answers that are none.
#[tokio::test]
async fn errors_of_the_server() {
    let setup = Setup::sqlite().await;
    let (server, client) = server(&setup);
    for (needle, error, step, code) in [
        ("information_schema.schemata", (403, 5), "list", "NO_PRIVILEGE"),
        ("information_schema.schemata", (503, 5), "list", "NOT_READY"),
        ("information_schema.schemata", (401, 5), "list", "CONNECTION_CLOSED"),
        // An error may come with a 200.
        ("from information_schema.columns", (200, 5), "read", "SERVER_ERROR"),
        ("from information_schema.tables", (429, 5), "read", "TOO_MANY_CONNECTIONS"),
    ] {
        let running = Fake { answers: [vec![(needle, Err(error))], catalog()].concat(), ..fake() }.start().await;
        assert_eq!(outcome(&client, &body(running.port, &json!({}))).await, (json!(step), json!(code)), "{needle} {error:?}");
    }
    for (status, text, code) in
        [(200, "<html>", "PROTOCOL_ERROR"), (500, "canary", "PROTOCOL_ERROR"), (503, "", "NOT_READY"), (302, "", "REDIRECTED")]
    {
        let running = serve_with(true, move |_, _| Reply::Whole(status, vec![], text.to_owned())).await;
        assert_eq!(outcome(&client, &body(running.port, &json!({}))).await, (json!("authenticate"), json!(code)), "{status}");
    }
    assert_eq!(client.names().await, [""; 0]);
    assert!(!server.log().contains("canary"));
}

/// Threats S10 and S12: whatever host the API names for the engine, nobody gets the token but the vendor's and those that are allowed.
#[tokio::test]
async fn s10_s12_engines_elsewhere() {
    let setup = Setup::sqlite().await;
    let (server, client) = server(&setup);
    let trap = serve_with(true, |_, _| http::json(200, &json!({"data": []}))).await;
    for host in [
        format!("127.0.0.1:{}", trap.port),
        "169.254.169.254".to_owned(),
        "engine.firebolt.io.example.com".to_owned(),
        "xfirebolt.io".to_owned(),
        format!("https://localhost.:x@127.0.0.1:{}", trap.port),
        format!("127.0.0.1:{}#.firebolt.io", trap.port),
    ] {
        let named = Fake { engine_url: Some(host.clone()), ..fake() }.start().await;
        let (step, code) = outcome(&client, &body(named.port, &json!({}))).await;
        assert!(step == "account" && (code == "REDIRECTED" || code == "PROTOCOL_ERROR"), "{host}: {step} {code}");
        let updated = Fake { update: Some(host.clone()), ..fake() }.start().await;
        let (step, code) = outcome(&client, &body(updated.port, &json!({}))).await;
        assert!(step == "engine" && (code == "REDIRECTED" || code == "PROTOCOL_ERROR"), "{host}: {step} {code}");
    }
    assert_eq!(trap.requests().len(), 0);
    assert!(!server.log().contains("access-token") && !server.log().contains(SECRET));
}

/// Threats R5, R6, L5: answers without end.
#[tokio::test]
async fn r5_r6_endless_answers() {
    let setup = Setup::sqlite().await;
    let environment = [("HEADWATER_EGRESS_ALLOW", "localhost"), ("HEADWATER_TEST_TIMEOUT", "8s"), ("HEADWATER_READ_TIMEOUT", "2s")];
    let server = setup.start_with(&environment);
    let client = server.client(&setup.token("acme"));
    let sound = Arc::new(fake());
    let answering = |needle: &'static str, reply: fn() -> Reply| {
        let sound = sound.clone();
        serve_with(true, move |port, request: &Request| if request.body.contains(needle) { reply() } else { sound.answer(port, request) })
    };
    let large = answering("version()", || Reply::Whole(200, vec![], format!("{{\"data\":[[\"{}\"]]}}", "x".repeat(70 << 20)))).await;
    assert_eq!(outcome(&client, &body(large.port, &json!({}))).await, (json!("list"), json!("ANSWER_TOO_LARGE")));
    let deep = answering("version()", || Reply::Whole(200, vec![], format!("{{\"data\":{}", "[".repeat(100_000)))).await;
    assert_eq!(outcome(&client, &body(deep.port, &json!({}))).await, (json!("list"), json!("PROTOCOL_ERROR")));
    let silent = answering("from information_schema.columns", || Reply::Silence).await;
    assert_eq!(outcome(&client, &body(silent.port, &json!({}))).await, (json!("read"), json!("TIMED_OUT")));
    assert!(!server.log().contains("panicked"));
}

/// Threat L1: the secret works, and appears nowhere; nor does the token.
#[tokio::test]
async fn l1_secrets_appear_nowhere() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_EGRESS_ALLOW", "localhost"), ("HEADWATER_LOG", "trace")]);
    let client = server.client(&setup.token("acme"));
    let running = fake().start().await;
    let mut answers = String::new();
    for (n, changes) in [json!({}), json!({"clientSecret": "canary-secret&x=%41 é"}), json!({"engine": "none"})].into_iter().enumerate() {
        let answer = client.create(&with(&body(running.port, &changes), &json!({"name": format!("x{n}")}))).await;
        assert_eq!(answer.status == 200, n == 0, "{n}: {}", answer.text);
        answers += &answer.text;
    }
    answers += &client.sync_name("x0").await.ok().to_string();
    for (place, text) in [("answers", &answers), ("log", &server.log()), ("store", &setup.dump().await)] {
        for canary in [SECRET, "canary-secret", "access-token"] {
            assert!(!text.contains(canary), "{canary} is in the {place}");
        }
    }
    let sent: Vec<Value> = running.requests().iter().filter(|r| r.path == "/oauth/token").map(|r| json!(r.body)).collect();
    assert!(sent.iter().any(|body| body.as_str().is_some_and(|text| text.contains("canary-secret%26x%3D%2541+%C3%A9"))), "{sent:?}");
}
