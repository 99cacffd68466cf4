//! Hostile coordinators, and busy ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::{body, catalog, fake};
use crate::fakes::http::{self, Reply, Request, serve, serve_with};
use crate::fakes::tls::authority;
use crate::fakes::trino::{Answer, Fake};
use crate::support::Setup;
use crate::support::diagnose::outcome;

fn info(request: &Request) -> Option<Reply> {
    (request.path == "/v1/info").then(|| http::json(200, &json!({"nodeVersion": {"version": "476"}})))
}

fn page(next: &str) -> Reply {
    http::json(200, &json!({"id": "q", "infoUri": "x", "nextUri": next, "stats": {"state": "QUEUED"}}))
}

/// Threat S10: whatever the next page's address is, nobody but the first origin is asked, and nobody else gets the password.
#[tokio::test]
async fn s10_next_uri_elsewhere() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let trap = serve(|_, _| http::json(200, &json!({"id": "q", "data": [["stolen"]]}))).await;
    let redirected = (json!("authenticate"), json!("REDIRECTED"));
    for next in [
        format!("http://localhost:{}/v1/statement/x", trap.port),
        format!("https://127.0.0.1:{}/v1/statement/x", trap.port),
        format!("//localhost:{}/v1/statement/x", trap.port),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://localhost/x".to_owned(),
        "file:///etc/passwd".to_owned(),
        "https://app:pw@localhost:$/x".to_owned(),
        // A downgrade to plain text at the same port.
        "http://localhost:$/v1/statement/x".to_owned(),
        "https://localhost.:$/x".to_owned(),
        "https://evil.example.com#@localhost:$/x".to_owned(),
    ] {
        let shared = next.clone();
        let rogue =
            serve_with(true, move |port, request| info(request).unwrap_or_else(|| page(&shared.replace('$', &port.to_string())))).await;
        let body = body(rogue.port, &json!({"password": "canary-pw", "sslCa": authority()}));
        assert_eq!(outcome(&client, &body).await, redirected, "{next}");
        let answer = client.create(&body).await;
        assert!(
            answer.message().starts_with("the server sent us to another address, which is not followed; let the server name itself"),
            "{}",
            answer.text
        );
    }
    assert_eq!(trap.requests().len(), 0, "nobody else was asked");
    assert!(!server.log().contains("canary-pw"));
}

/// Threats S10, R5, R6, L5: pages without end, in every way.
#[tokio::test]
async fn s10_r6_endless_pages() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "20s"), ("HEADWATER_READ_TIMEOUT", "4s")]);
    let client = server.client(&setup.token("acme"));
    let slow = (json!("authenticate"), json!("TIMED_OUT"));
    let queued = serve(|port, request| info(request).unwrap_or_else(|| page(&format!("http://localhost:{port}/v1/statement/again")))).await;
    assert_eq!(outcome(&client, &body(queued.port, &json!({}))).await, slow);
    let asked = queued.requests().len();
    assert!(asked < 200, "an idle server is not asked in a loop: {asked}");
    let cancelled = async {
        while !queued.requests().iter().any(|r| r.method == "DELETE" && r.path == "/v1/statement/again") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), cancelled).await.expect("what was given up is cancelled");

    // A page with a row each: these come as fast as they can, and end at the cap of pages or at the deadline.
    let rows = serve(|port, request| {
        info(request).unwrap_or_else(|| {
            let next = format!("http://localhost:{port}/v1/statement/again");
            http::json(200, &json!({"id": "q", "infoUri": "x", "nextUri": next, "stats": {}, "data": [[1]]}))
        })
    })
    .await;
    let (step, code) = outcome(&client, &body(rows.port, &json!({}))).await;
    assert!(step == "authenticate" && (code == "ANSWER_TOO_LARGE" || code == "TIMED_OUT"), "{code}");
    assert!(rows.requests().len() <= 5_010, "{}", rows.requests().len());

    let large = serve(|_, request| {
        info(request).unwrap_or_else(|| Reply::Whole(200, vec![], format!("{{\"data\":[[\"{}\"]]}}", "x".repeat(40 << 20))))
    })
    .await;
    assert_eq!(outcome(&client, &body(large.port, &json!({}))).await, (json!("authenticate"), json!("ANSWER_TOO_LARGE")));
    // Two bytes for each number: what is no text is not kept.
    let numbers = format!("{{\"data\":[[{}1]]}}", "1,".repeat(7 << 20));
    let wide = serve(move |_, request| info(request).unwrap_or_else(|| Reply::Whole(200, vec![], numbers.clone()))).await;
    let before = server.peak();
    // It is a row like others, and then the catalog is looked for.
    assert_eq!(outcome(&client, &body(wide.port, &json!({}))).await, (json!("list"), json!("SCHEMA_NOT_FOUND")));
    assert!(server.peak() < before + 64, "{} MiB before, {} MiB after", before, server.peak());
    let deep = format!("{{\"data\":{}", "[".repeat(100_000));
    let nested = serve(move |_, request| info(request).unwrap_or_else(|| Reply::Whole(200, vec![], deep.clone()))).await;
    assert_eq!(outcome(&client, &body(nested.port, &json!({}))).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    let packed = crate::clickhouse::rogue::bomb(b"{}");
    let answer =
        [format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len()).into_bytes(), packed].concat();
    let bomb = serve(move |_, _| Reply::Raw(answer.clone())).await;
    assert_eq!(outcome(&client, &body(bomb.port, &json!({}))).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    // Spooled segments, which were not asked for, lead to other hosts.
    let spooled = json!({"id": "q", "infoUri": "x", "stats": {}, "data": {"encoding": "json", "segments": [{"type": "spooled", "uri": "http://169.254.169.254/"}]}});
    let spooling = serve(move |_, request| info(request).unwrap_or_else(|| http::json(200, &spooled))).await;
    assert_eq!(outcome(&client, &body(spooling.port, &json!({}))).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    assert_eq!(client.names().await, [""; 0]);
    assert!(!server.log().contains("panicked"));
}

/// A read may take longer than a test.
#[tokio::test]
async fn slow_reads() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "3s"), ("HEADWATER_READ_TIMEOUT", "60s")]);
    let client = server.client(&setup.token("acme"));
    let (sound, queries) = (fake(), Arc::default());
    let slow = serve(move |port, request| {
        let reply = sound.answer(&queries, port, request);
        if request.body.contains("system.metadata") { Reply::Late(Duration::from_millis(1_800), Box::new(reply)) } else { reply }
    })
    .await;
    assert_eq!(outcome(&client, &body(slow.port, &json!({}))).await, (json!("ok"), Value::Null));
}

/// What stalls in the middle of a read ends with the read's deadline, and is cancelled.
#[tokio::test]
async fn r6_stalled_reads() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_READ_TIMEOUT", "2s")]);
    let client = server.client(&setup.token("acme"));
    let (sound, queries) = (fake(), Arc::default());
    let stalled = serve(move |port, request| {
        if request.method == "POST" && request.body.contains("column_default") {
            return page(&format!("http://localhost:{port}/v1/statement/stalled"));
        }
        if request.path == "/v1/statement/stalled" && request.method == "GET" {
            Reply::Silence
        } else {
            sound.answer(&queries, port, request)
        }
    })
    .await;
    assert_eq!(outcome(&client, &body(stalled.port, &json!({}))).await, (json!("read"), json!("TIMED_OUT")));
    let cancelled = async {
        while !stalled.requests().iter().any(|r| r.method == "DELETE" && r.path == "/v1/statement/stalled") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), cancelled).await.expect("what was given up is cancelled");
}

/// A server that is busy is asked again after a while, as the protocol wants it, and not for ever.
#[tokio::test]
async fn busy_servers() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for status in [429, 502, 503, 504] {
        let (count, sound) = (Arc::new(AtomicUsize::new(0)), fake());
        let queries = Arc::default();
        let busy = serve(move |port, request| {
            if count.fetch_add(1, Ordering::SeqCst) % 3 == 1 {
                Reply::Whole(status, vec![], String::new())
            } else {
                sound.answer(&queries, port, request)
            }
        })
        .await;
        assert_eq!(outcome(&client, &body(busy.port, &json!({}))).await, (json!("ok"), Value::Null), "{status}");
    }
    let never = serve(|_, request| info(request).unwrap_or(Reply::Whole(503, vec![], String::new()))).await;
    assert_eq!(outcome(&client, &body(never.port, &json!({}))).await, (json!("authenticate"), json!("NOT_READY")));
    assert!(never.requests().len() < 12, "{}", never.requests().len());
}

/// Threat L4: nothing that the server says in an error comes out; what fails in the middle of a read stores nothing.
#[tokio::test]
async fn l4_no_text_of_the_server() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let answers = [vec![("column_default, comment", Answer::Error("canary<script>", -9, "canary"))], catalog()].concat();
    let running = Fake { answers, ..fake() }.start().await;
    let answer = client.create(&body(running.port, &json!({}))).await;
    assert_eq!(answer.message(), "Schema caching failed: the server answered with an error (9); look into the server's log");
    assert!(!server.log().contains("canary"));
    assert_eq!(client.names().await, [""; 0]);
}
