//! A source that never answers costs its own request, and nobody else's.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Setup, Source};

/// A listener that accepts and keeps silent.
async fn silent() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

/// 200 hanging requests end at the limit of their step (four fifths of the test's) with `CREDENTIAL_TEST_FAILED`; the list answers everybody meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_two_hundred_silent_sources() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "4s"), ("HEADWATER_LOG", "info")]);
    let (client, other) = (server.client(&setup.token("acme")), server.client(&setup.token("other")));
    let (port, source) = (silent().await, Source::new().await);
    let began = Instant::now();
    let hanging: Vec<_> = (0..200)
        .map(|n| {
            let (client, body) = (client.clone(), source.body_with(&format!("n{n}"), &json!({"host": "127.0.0.1", "port": port})));
            tokio::spawn(async move { client.create(&body).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(700)).await;
    let mut slowest = Duration::ZERO;
    let mut asked = 0;
    while began.elapsed() < Duration::from_millis(2_800) {
        for client in [&client, &other] {
            let began = Instant::now();
            client.names().await;
            slowest = slowest.max(began.elapsed());
            asked += 1;
        }
    }
    assert!(hanging.iter().all(|h| !h.is_finished()), "all 200 are still in flight");
    // Not a measure of speed: a list that waited for a hanging job would take seconds.
    assert!(asked >= 10 && slowest < Duration::from_secs(1), "{asked} lists, the slowest {slowest:?}");
    other.create(&source.body("works")).await.ok();
    for answer in hanging {
        let answer = answer.await.expect("joined");
        assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"));
        assert_eq!(answer.message(), "the server did not answer in time; check host, port and firewalls between");
    }
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(client.names().await, [""; 0]);
}

/// Half a TLS answer, a byte at a time: the deadline holds for the whole, not for each read.
#[tokio::test]
async fn r6_a_dripping_source() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // An authentication request that takes for ever.
                for byte in [b'N', 0, 0, 15, 0].into_iter().chain(std::iter::repeat(b'x')) {
                    if tokio::io::AsyncWriteExt::write_all(&mut stream, &[byte]).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
        }
    });
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "1s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let answer = client.create(&source.body_with("x", &json!({"host": "127.0.0.1", "port": port}))).await;
    assert_eq!(answer.message(), "the server did not answer in time; check host, port and firewalls between");
}
