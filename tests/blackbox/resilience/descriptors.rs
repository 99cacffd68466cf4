//! Our own lack of file descriptors is ours: it is never told as the source's fault, and passes.
//!
//! Peers: postgres.

use serde_json::json;
use tokio::net::TcpStream;

use crate::support::diagnose::{diagnose, failed};
use crate::support::mute::Mute;
use crate::support::{Setup, Source};

/// More jobs than descriptors: what cannot be opened is called ours, with when to try again. When they are back, all is well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_is_ours() {
    let setup = Setup::sqlite().await;
    let environment = [("HEADWATER_RUNNER", "in-process"), ("HEADWATER_TEST_TIMEOUT", "60s"), ("HEADWATER_LOG", "info")];
    let server = setup.start_within(100, &environment);
    let client = server.client(&setup.token("acme"));
    let (source, mute) = (Source::new().await, Mute::silent().await);
    client.create(&source.body("before")).await.ok();
    // Tests that hear nothing take what there is; their clients have a descriptor each, too.
    let silent = json!({"port": mute.port});
    let mut filling = Vec::new();
    let refused = loop {
        let (client, body) = (client.clone(), source.body_with("x", &silent));
        let job = tokio::spawn(async move { diagnose(&client, &body).await });
        let came = mute.came();
        for _ in 0..100 {
            if mute.came() > came || job.is_finished() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        if job.is_finished() {
            break job.await.expect("joined");
        }
        assert!(mute.came() > came, "neither there nor refused after {came}");
        filling.push(job);
        assert!(filling.len() < 100, "there were not so many");
    };
    assert_eq!((failed(&refused)["step"].as_str(), failed(&refused)["code"].as_str()), (Some("connect"), Some("OWN_RESOURCES_EXHAUSTED")));
    // By name, the resolver finds nothing, because it can open nothing.
    for host in ["127.0.0.1", "localhost"] {
        let answer = client.create(&source.body_with("x", &json!({"host": host}))).await;
        assert_eq!(answer.code(), (503, "SERVICE_UNAVAILABLE"), "{host}: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after") && answer.message().starts_with("this service itself has no file descriptor"));
    }
    assert_eq!(client.get("/health/live").await.status, 200);
    filling.iter().for_each(tokio::task::JoinHandle::abort);
    for job in filling {
        assert!(job.await.is_err_and(|error| error.is_cancelled()));
    }
    let began = std::time::Instant::now();
    while client.create(&source.body("after")).await.status != 200 {
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "it passes");
    }
}

/// Clients that take every connection there is leave descriptors for sources; when they go, new clients come in.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
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
