//! Hostile accounts.
//!
//! Peers: tls.

use std::time::Duration;

use serde_json::{Value, json};

use super::{body, fake, server, statements};
use crate::fakes::http::{self, Reply, Request, Running, serve_with};
use crate::fakes::snowflake::{Fake, PASSWORD};
use crate::support::Setup;
use crate::support::diagnose::outcome;

/// A sound account, but for what one statement is answered with.
async fn answering(needle: &'static str, answer: impl Fn() -> Reply + Send + Sync + 'static) -> Running {
    let sound = fake();
    serve_with(true, move |port, request: &Request| if request.body.contains(needle) { answer() } else { sound.answer(port, request) })
        .await
}

fn data(data: &Value) -> Reply {
    http::json(200, &json!({"success": true, "code": null, "data": data}))
}

fn chunks(urls: &[String]) -> Value {
    let chunks: Vec<_> = urls.iter().map(|url| json!({"url": url, "rowCount": 1, "uncompressedSize": 1, "compressedSize": 1})).collect();
    json!({"rowtype": [{"name": "name"}], "rowset": [], "total": 1, "queryResultFormat": "json", "chunks": chunks,
        "chunkHeaders": {"Authorization": "canary", "Metadata-Flavor": "Google"}})
}

/// Threat S2: an answer that asks for a transfer of files is an answer without rows. Nothing is fetched, stored or sent.
#[tokio::test]
async fn s2_no_transfer_of_files() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let trap = serve_with(true, |_, _| Reply::Whole(200, vec![], "x".to_owned())).await;
    let folder = tempfile::tempdir().expect("folder");
    let target = folder.path().join("written").display().to_string();
    for command in ["DOWNLOAD", "UPLOAD"] {
        let order = json!({"command": command, "src_locations": ["/etc/passwd", "data/x"], "localLocation": target, "encryptionMaterial": [null],
            "presignedUrls": [format!("https://localhost:{}/x", trap.port)], "parallel": 1, "threshold": 1, "autoCompress": false, "overwrite": true,
            "sourceCompression": "none", "operation": "Node", "stageInfo": {"locationType": "LOCAL_FS", "location": target, "path": "x", "creds": {}}});
        let rogue = answering("show objects", move || data(&order)).await;
        let (step, code) = outcome(&client, &body(rogue.port, &json!({}))).await;
        assert!((step == "ok" && code.is_null()) || code == "PROTOCOL_ERROR", "{step} {code}");
    }
    assert_eq!((trap.requests().len(), folder.path().join("written").exists()), (0, false));
}

/// Threat S12: chunks are fetched where policy allows it, without what is known of the session; redirects are not followed.
#[tokio::test]
async fn s12_chunks_elsewhere() {
    let setup = Setup::sqlite().await;
    let (server, client) = server(&setup);
    let trap = serve_with(true, |_, _| Reply::Whole(200, vec![], "[\"stolen\"]".to_owned())).await;
    let moved = serve_with(true, |_, _| Reply::Whole(302, vec![("Location", "https://localhost/x".to_owned())], String::new())).await;
    for (url, code) in [
        ("https://169.254.169.254/latest/meta-data/".to_owned(), "TARGET_DENIED"),
        (format!("https://127.0.0.1:{}/x", trap.port), "TARGET_DENIED"),
        ("https://bucket.s3.amazonaws.com/x".to_owned(), "TARGET_DENIED"),
        (format!("http://localhost:{}/x", trap.port), "PROTOCOL_ERROR"),
        (format!("https://u:p@localhost:{}/x", trap.port), "PROTOCOL_ERROR"),
        ("file:///etc/passwd".to_owned(), "PROTOCOL_ERROR"),
        (format!("https://localhost:{}/x", moved.port), "REDIRECTED"),
    ] {
        let shared = url.clone();
        let rogue = answering("show objects", move || data(&chunks(std::slice::from_ref(&shared)))).await;
        let step = if code == "TARGET_DENIED" { "policy" } else { "list" };
        assert_eq!(outcome(&client, &body(rogue.port, &json!({}))).await, (json!(step), json!(code)), "{url}");
    }
    assert_eq!(trap.requests().len(), 0, "nobody else was asked");
    let url = format!("https://localhost:{}/x?signature=1", trap.port);
    let rogue = answering("show objects", move || data(&chunks(std::slice::from_ref(&url)))).await;
    assert_eq!(outcome(&client, &body(rogue.port, &json!({}))).await, (json!("ok"), Value::Null));
    let asked = trap.requests();
    assert!(!asked.is_empty());
    for request in asked {
        assert!(request.header("authorization").is_none() && request.header("metadata-flavor").is_none(), "{}", request.head);
        assert!(!request.head.contains("session-token") && !request.head.contains(PASSWORD));
    }
    assert!(!server.log().contains(PASSWORD) && !server.log().contains("session-token"));
}

/// Threats S10, R5, R6: results elsewhere, statements without end, answers without end.
#[tokio::test]
async fn s10_r5_r6_endless_answers() {
    let setup = Setup::sqlite().await;
    let environment = [("HEADWATER_EGRESS_ALLOW", "localhost"), ("HEADWATER_TEST_TIMEOUT", "10s"), ("HEADWATER_READ_TIMEOUT", "3s")];
    let server = setup.start_with(&environment);
    let client = server.client(&setup.token("acme"));
    let running = |url: &str| http::json(200, &json!({"success": true, "code": "333333", "data": {"getResultUrl": url}}));
    for url in ["https://169.254.169.254/x", "https://localhost/x", "http://localhost:1/x", "//localhost:1/x"] {
        let rogue = answering("use role", move || running(url)).await;
        assert_eq!(outcome(&client, &body(rogue.port, &json!({}))).await, (json!("role"), json!("REDIRECTED")), "{url}");
    }
    // What never ends is given up, and aborted at the server.
    let sound = fake();
    let endless = serve_with(true, move |port, request: &Request| {
        if request.body.contains("use role") || request.path == "/again" { running("/again") } else { sound.answer(port, request) }
    })
    .await;
    assert_eq!(outcome(&client, &body(endless.port, &json!({}))).await, (json!("role"), json!("TIMED_OUT")));
    assert!(endless.requests().len() < 300, "{}", endless.requests().len());
    let aborted = async {
        while !endless.requests().iter().any(|r| r.path.starts_with("/queries/v1/abort-request") && r.body.contains("requestId")) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), aborted).await.expect("what was given up is aborted");

    let large = answering("use role", || Reply::Whole(200, vec![], format!("{{\"data\":\"{}\"}}", "x".repeat(40 << 20)))).await;
    assert_eq!(outcome(&client, &body(large.port, &json!({}))).await, (json!("role"), json!("ANSWER_TOO_LARGE")));
    let deep = answering("use role", || Reply::Whole(200, vec![], format!("{{\"data\":{}", "[".repeat(100_000)))).await;
    assert_eq!(outcome(&client, &body(deep.port, &json!({}))).await, (json!("role"), json!("PROTOCOL_ERROR")));
    let arrow = answering("show objects", || data(&json!({"queryResultFormat": "arrow", "rowsetBase64": "", "rowtype": []}))).await;
    assert_eq!(outcome(&client, &body(arrow.port, &json!({}))).await, (json!("list"), json!("PROTOCOL_ERROR")));
    let many = answering("show objects", || data(&chunks(&vec!["https://localhost/x".to_owned(); 3_000]))).await;
    assert_eq!(outcome(&client, &body(many.port, &json!({}))).await, (json!("list"), json!("ANSWER_TOO_LARGE")));
    // SHOW that goes round and round prints what is known already.
    let again = Fake { limits: (10_000, 0), ..fake() };
    let round = again.start().await;
    let (step, code) = outcome(&client, &body(round.port, &json!({}))).await;
    assert!(step == "ok" && code.is_null() || step == "read", "{step} {code}");
    assert!(statements(&round).len() < 100, "{}", statements(&round).len());
    assert_eq!(client.names().await, [""; 0]);
    assert!(!server.log().contains("panicked"));
}

/// Threat L1: the password works, and appears nowhere; nor does a key or what opens it.
#[tokio::test]
async fn l1_secrets_appear_nowhere() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_EGRESS_ALLOW", "localhost"), ("HEADWATER_LOG", "trace")]);
    let client = server.client(&setup.token("acme"));
    let running = fake().start().await;
    let key = super::key();
    let secret: String = key.lines().nth(3).expect("a line").to_owned();
    let mut answers = String::new();
    for (n, changes) in [
        json!({}),
        json!({"credentials": "Key-pair authentication", "privateKey": key, "passphrase": "canary-pass", "password": null}),
        json!({"password": "canary-pw"}),
        json!({"role": "none"}),
        json!({"credentials": "Key-pair authentication", "privateKey": format!("canary-key {key}").replace("BEGIN", "BEGUN")}),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = client.create(&crate::support::diagnose::with(&body(running.port, &changes), &json!({"name": format!("x{n}")}))).await;
        assert_eq!(answer.status == 200, n < 2, "{n}: {}", answer.text);
        answers += &answer.text;
    }
    answers += &client.sync_name("x1").await.ok().to_string();
    for (place, text) in [("answers", &answers), ("log", &server.log()), ("store", &setup.dump().await)] {
        for canary in [PASSWORD, "canary-pass", "canary-pw", "canary-key", "session-token", &secret] {
            assert!(!text.contains(canary), "{canary} is in the {place}");
        }
    }
}
