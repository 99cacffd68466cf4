//! Clients that take, send or guess too much cost themselves, and nobody else.
//!
//! Peers: postgres.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::process::BOTH_STORES;
use crate::support::{Client, Server, Setup};

#[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).await.expect("connects")
}

/// What comes until the server closes the connection; none if it is cut.
async fn rest(stream: &mut TcpStream) -> Option<String> {
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut all)).await.expect("the server ends it");
    read.ok().map(|_| String::from_utf8_lossy(&all).into_owned())
}

/// Threat L11: three hundred connections ask for the document a thousand times each, without waiting for answers. Whoever asks
/// whether the server lives hears it while they are still at it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l11_pipelines_starve_nobody() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_LOG", "info")]);
    let client = server.client(&setup.token("acme"));
    let types = format!("GET /api/v2/datasource/types HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", setup.token("acme"));
    let document = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".to_owned();
    let mut pipelines = tokio::task::JoinSet::new();
    for n in 0..300 {
        let (mut stream, line) = (connect(&server).await, if n % 2 == 0 { &document } else { &types }.repeat(1_000));
        pipelines.spawn(async move {
            let (mut from, mut to) = stream.split();
            let mut buffer = vec![0; 65_536];
            let read = async { while from.read(&mut buffer).await.is_ok_and(|n| n > 0) {} };
            let write = async { to.write_all(line.as_bytes()).await };
            let _ = tokio::join!(read, write);
        });
    }
    for _ in 0..20 {
        assert_eq!(client.get("/health/live").await.ok()["status"], "live");
    }
    assert!(pipelines.try_join_next().is_none(), "all of them are still at it");
    pipelines.abort_all();
}

/// Threat L11: a client that asks and never reads is cut, and counted.
#[tokio::test]
async fn l11_who_never_reads_is_cut() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_WRITE_TIMEOUT", "500ms")]);
    let client = server.client(&setup.token("acme"));
    let mut stream = connect(&server).await;
    let line = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(400);
    stream.write_all(line.as_bytes()).await.expect("sent");
    let counted = "headwater_limited_total{limit=\"write\"} 1";
    let mut text = String::new();
    for _ in 0..200 {
        text = client.get("/metrics").await.text;
        if text.contains(counted) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(text.contains(counted), "{text}");
    // What was on its way still comes, and then the end: not four hundred documents.
    let whole = client.get("/openapi.json").await.text.len() * 400;
    assert!(rest(&mut stream).await.is_none_or(|read| read.len() < whole));
}

/// Threat L11: heads are bounded before anybody is asked for a token: in size, in number, and in time.
#[tokio::test]
async fn l11_heads_are_bounded() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_REQUEST_TIMEOUT", "1s")]);
    let client = server.client(&setup.token("acme"));
    let small = format!("GET /api/v2/datasource HTTP/1.1\r\nX-Filling: {}\r\n", "x".repeat(24 << 10));
    assert!(client.raw(&small, "").await.starts_with("HTTP/1.1 200 "), "24 KiB are taken");
    for (what, head) in [
        ("one long line", format!("X-Filling: {}\r\n", "x".repeat(40 << 10))),
        ("many lines", format!("X-Filling: {}\r\n", "x".repeat(500)).repeat(90)),
        ("too many lines", "X-Filling: x\r\n".repeat(200)),
    ] {
        let mut stream = connect(&server).await;
        stream.write_all(format!("GET /api/v2/datasource HTTP/1.1\r\nHost: x\r\n{head}\r\n").as_bytes()).await.expect("sent");
        let answer = rest(&mut stream).await.unwrap_or_default();
        assert!(answer.starts_with("HTTP/1.1 431 "), "{what}: {answer}");
    }
    // One that never ends, and one that never begins.
    for begun in ["GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ", ""] {
        let mut stream = connect(&server).await;
        stream.write_all(begun.as_bytes()).await.expect("sent");
        assert_eq!(rest(&mut stream).await.unwrap_or_default(), "", "{begun}");
    }
    let metrics = client.get("/metrics").await.text;
    for counted in ["{limit=\"head_size\"} 3", "{limit=\"head_time\"} 2"] {
        assert!(metrics.contains(&format!("headwater_limited_total{counted}")), "{metrics}");
    }
}

/// A token of the right form that nobody was given.
fn guess(n: u32) -> String {
    format!("dbn_live_{n:A>43}")
}

async fn knock(client: &Client, token: &str, from: &str) -> crate::support::Answer {
    let client = client.with_token(token);
    client.send(client.request(reqwest::Method::GET, "/api/v2/datasource").header("x-forwarded-for", from)).await
}

/// Threat L10: guesses run out, by address; a good token is taken from the same address all the while, a new one too.
#[tokio::test]
async fn l10_guesses_run_out() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let server = setup.start_with(&[("HEADWATER_AUTH_FAILURES", "5"), ("HEADWATER_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")]);
        let good = setup.token("acme");
        let client = server.client(&good);
        let mut codes = Vec::new();
        for n in 0..8 {
            let answer = knock(&client, &guess(n), "198.51.100.1").await;
            codes.push(answer.status);
            if answer.status == 429 {
                assert_eq!(answer.code(), (429, "RATE_LIMITED"));
                let wait: u64 = answer.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
                assert!((1..=60).contains(&wait), "{wait}");
            }
        }
        assert_eq!(codes, [401, 401, 401, 401, 401, 429, 429, 429]);
        assert_eq!(knock(&client, &good, "198.51.100.1").await.status, 200);
        assert_eq!(knock(&client, &setup.token("other"), "198.51.100.1").await.status, 200, "one that was never seen");
        assert_eq!(knock(&client, "no token at all", "198.51.100.1").await.status, 429);
        // Another client, one of another proxy, and one who writes somebody else's address into its request.
        assert_eq!(knock(&client, &guess(1), "198.51.100.2").await.status, 401);
        assert_eq!(knock(&client, &guess(1), "198.51.100.2, 10.0.0.1").await.status, 401);
        assert_eq!(knock(&client, &guess(1), "203.0.113.9, 198.51.100.1").await.status, 429);
        assert!(client.get("/metrics").await.text.contains("headwater_limited_total{limit=\"authentication\"} 5"));
        // Many at once, good ones among them.
        let mut many = tokio::task::JoinSet::new();
        for n in 0..100 {
            let (client, token) = (client.clone(), if n % 10 == 0 { good.clone() } else { guess(n) });
            many.spawn(async move { (n % 10 == 0, knock(&client, &token, "198.51.100.1").await.status) });
        }
        for (is_good, status) in many.join_all().await {
            assert_eq!(status, if is_good { 200 } else { 429 });
        }
    }
}

/// Threat L10: without a trusted proxy nobody's word counts: whatever a client writes, it is charged for itself.
#[tokio::test]
async fn l10_nobody_is_believed_by_default() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_AUTH_FAILURES", "2")]);
    let client = server.client(&setup.token("acme"));
    let mut statuses = Vec::new();
    for n in 0..4 {
        statuses.push(knock(&client, &guess(n), &format!("198.51.100.{n}")).await.status);
    }
    assert_eq!(statuses, [401, 401, 429, 429]);
}

/// Every line of the log about a request says which token it came with, and never the token.
#[tokio::test]
async fn the_log_has_the_tokens_id() {
    let setup = Setup::sqlite().await;
    let (server, token) = (setup.start(), setup.token("acme"));
    server.client(&token).names().await;
    assert!(server.logged("request answered"));
    let id = setup.text("select lower(hex(id)) from service_token").await;
    let log = server.log();
    let line = log.lines().find(|line| line.contains("request answered") && line.contains("/api/v2/datasource")).expect("a line");
    let line: Value = serde_json::from_str(line).expect("json");
    assert_eq!(line["span"]["token_id"].as_str().map(|id| id.replace('-', "")), Some(id), "{line}");
    assert!(!log.contains(&token));
}
