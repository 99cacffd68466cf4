//! Our own lack of file descriptors is ours: it is never told as the source's fault, and passes.
//!
//! Peers: postgres.

#![expect(clippy::disallowed_methods, reason = "a test is a client from outside")]

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::diagnose::diagnose;
use crate::support::mute::Mute;
use crate::support::{Server, Setup, Source};

/// A connection that the server has accepted: it has answered on it.
async fn accepted(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.expect("connects");
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
    stream
}

/// What comes first: of these small answers that is the whole.
async fn answer(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 65_536];
    let read = stream.read(&mut buffer).await.expect("an answer");
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

/// More jobs than descriptors, on connections that were there before: what cannot be opened is called ours, with when to try again.
/// When descriptors are back, all is well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_is_ours() {
    let setup = Setup::sqlite().await;
    let environment = [("HEADWATER_RUNNER", "in-process"), ("HEADWATER_TEST_TIMEOUT", "60s"), ("HEADWATER_LOG", "info")];
    let server = setup.start_within(90, &environment);
    let token = setup.token("acme");
    let client = server.client(&token);
    let (source, mute) = (Source::new().await, Mute::silent().await);
    client.create(&source.body("before")).await.ok();
    let mut streams = Vec::new();
    for _ in 0..40 {
        streams.push(accepted(&server).await);
    }
    let body = source.body_with("x", &json!({"port": mute.port, "host": "127.0.0.1"})).to_string();
    let head = format!(
        "POST /api/v2/datasource/test HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut refused = String::new();
    for stream in &mut streams {
        let came = mute.came();
        stream.write_all(format!("{head}{body}").as_bytes()).await.expect("sent");
        let there = async {
            while mute.came() == came {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            biased;
            text = answer(stream) => {
                refused = text;
                break;
            }
            () = there => {}
        }
    }
    assert!(refused.contains("\"code\":\"OWN_RESOURCES_EXHAUSTED\""), "{refused}");
    // By name, the resolver finds nothing, because it can open nothing.
    for host in ["127.0.0.1", "localhost"] {
        let answer = client.create(&source.body_with("x", &json!({"host": host}))).await;
        assert_eq!(answer.code(), (503, "SERVICE_UNAVAILABLE"), "{host}: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after") && answer.message().starts_with("this service itself has no file descriptor"));
    }
    assert_eq!(client.get("/health/live").await.status, 200);
    drop(streams);
    let began = Instant::now();
    while client.create(&source.body("after")).await.status != 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "it passes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Clients that take every connection there is leave descriptors for sources; when they go, new clients come in.
#[tokio::test]
async fn clients_do_not_take_them_all() {
    let setup = Setup::sqlite().await;
    for runner in ["child", "in-process"] {
        let server = setup.start_within(100, &[("HEADWATER_RUNNER", runner)]);
        let client = server.client(&setup.token("acme"));
        let source = Source::new().await;
        assert_eq!(client.get("/health/live").await.status, 200);
        let mut idle = Vec::new();
        for _ in 0..100 {
            idle.push(TcpStream::connect(server.address()).await.expect("the kernel takes them"));
        }
        // On the connection that was there before.
        assert_eq!(client.get("/health/live").await.status, 200);
        assert_eq!(diagnose(&client, &source.body("x")).await["success"], true, "{runner}");
        drop(idle);
        let new = server.client(&setup.token("acme"));
        assert_eq!(new.get("/health/live").await.status, 200, "{runner}");
    }
}
