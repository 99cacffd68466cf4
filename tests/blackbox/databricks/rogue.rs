//! Hostile workspaces, and busy ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{body, fake};
use crate::fakes::databricks::TOKEN;
use crate::fakes::http::{self, Reply, Request, serve, serve_with};
use crate::support::Setup;
use crate::support::diagnose::outcome;

/// A page of a list.
type Page = Box<dyn Fn() -> Reply + Send + Sync>;

/// What comes before the answer that matters: a list of catalogs, and a statement that has ended.
fn usual(request: &Request) -> Option<Reply> {
    if request.path.contains("/catalogs") {
        return Some(http::json(200, &json!({"catalogs": [{"name": "main"}]})));
    }
    (request.method == "POST").then(|| http::json(200, &succeeded(&json!([["main"]]), None)))
}

fn succeeded(rows: &Value, next: Option<&str>) -> Value {
    json!({"statement_id": "s", "status": {"state": "SUCCEEDED"}, "result": {"data_array": rows, "next_chunk_internal_link": next}})
}

/// Threats S10 and S12: whatever address a workspace gives, nobody else is asked, and nobody else gets the token.
#[tokio::test]
async fn s10_s12_links_elsewhere() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let trap = serve(|_, _| http::json(200, &json!({"data_array": [["stolen"]]}))).await;
    for link in [
        format!("http://localhost:{}/api/2.0/sql/statements/s/result", trap.port),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "//evil.example.com/x".to_owned(),
        "/api/2.0/sql/statements/other/result/chunks/1".to_owned(),
        "/api/2.0/sql/statements/s/../../../../2.0/token/list".to_owned(),
    ] {
        let shared = link.clone();
        let rogue = serve_with(true, move |_, request| match request.method.as_str() {
            "POST" => http::json(200, &succeeded(&json!([["main"]]), Some(&shared))),
            _ => usual(request).unwrap_or_else(|| http::json(200, &json!({}))),
        })
        .await;
        let (step, code) = outcome(&client, &body(rogue.port, &json!({}))).await;
        assert!(step == "warehouse" && (code == "REDIRECTED" || code == "PROTOCOL_ERROR"), "{link}: {step} {code}");
        assert!(!rogue.requests().iter().any(|r| r.path.contains("token/list") || r.path.contains("other")), "{link}");
    }
    let redirect =
        serve_with(true, |_, _| Reply::Whole(302, vec![("Location", "https://login.example.com/".to_owned())], String::new())).await;
    assert_eq!(outcome(&client, &body(redirect.port, &json!({}))).await, (json!("authenticate"), json!("REDIRECTED")));
    assert_eq!(trap.requests().len(), 0, "nobody else was asked");
    assert!(!server.log().contains(TOKEN));
}

/// Threats R5, R6, L4: pages without end, pages that lead to themselves, answers that are too large or no answers.
#[tokio::test]
async fn r5_r6_l4_hostile_answers() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_READ_TIMEOUT", "10s")]);
    let client = server.client(&setup.token("acme"));
    let count = Arc::new(AtomicUsize::new(0));
    let pages: Vec<(&str, Page, Value)> = vec![
        ("the same page", Box::new(|| http::json(200, &json!({"schemas": [], "next_page_token": "same"}))), json!("PROTOCOL_ERROR")),
        (
            "pages without end",
            Box::new(move || {
                let n = count.fetch_add(1, Ordering::Relaxed);
                http::json(200, &json!({"schemas": [], "next_page_token": format!("t{n}")}))
            }),
            Value::Null,
        ),
        ("no JSON", Box::new(|| Reply::Whole(200, vec![], "<html>canary</html>".to_owned())), json!("PROTOCOL_ERROR")),
        (
            "endless",
            Box::new(|| Reply::Raw([b"HTTP/1.1 200 OK\r\n\r\n{\"schemas\":[\"".to_vec(), vec![b'x'; 40 << 20]].concat())),
            json!("ANSWER_TOO_LARGE"),
        ),
        ("deep", Box::new(|| Reply::Whole(200, vec![], "[".repeat(100_000))), json!("PROTOCOL_ERROR")),
    ];
    for (case, answer, wanted) in pages {
        let rogue = serve_with(true, move |_, request| usual(request).unwrap_or_else(&answer)).await;
        let (step, code) = outcome(&client, &body(rogue.port, &json!({"catalog": "main"}))).await;
        if wanted.is_null() {
            assert!(step == "read" && (code == "ANSWER_TOO_LARGE" || code == "TIMED_OUT"), "{case}: {step} {code}");
        } else {
            assert_eq!(code, wanted, "{case}: {step}");
        }
    }
    assert!(!server.log().contains("canary"));
}

/// A workspace whose rate limit is reached is asked again, and a while later it answers.
#[tokio::test]
async fn busy_workspaces() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (fake, statements, busy) = (fake(), std::sync::Mutex::default(), AtomicUsize::new(0));
    let running = serve_with(true, move |_, request| {
        if busy.fetch_add(1, Ordering::Relaxed) % 3 == 0 {
            return http::json(429, &json!({"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "canary"}));
        }
        fake.answer(&statements, request)
    })
    .await;
    client.create(&body(running.port, &json!({"catalog": "other"}))).await.ok();
    let always = serve_with(true, |_, _| http::json(429, &json!({"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "canary"}))).await;
    assert_eq!(outcome(&client, &body(always.port, &json!({}))).await, (json!("authenticate"), json!("TOO_MANY_CONNECTIONS")));
}
