//! Jobs that nobody waits for, jobs that keep no time, and the end of the server.

use std::time::{Duration, Instant};

use serde_json::json;

use super::gate::Gate;
use super::{alive, body, connected, signal, start, testing, until};
use crate::support::diagnose::outcome;
use crate::support::{Setup, Source};

/// A client that goes away takes its job along, and the process is there for the next one.
#[tokio::test]
async fn a_client_that_goes() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_TEST_TIMEOUT", "30s")]);
    let client = server.client(&setup.token("acme"));
    let (gate, next) = (Gate::closed().await, Gate::closed().await);
    let job = testing(&client, &body("x", gate.port));
    let child = *connected(&server, gate.port, 1).await.first_key_value().expect("a child").0;
    let began = Instant::now();
    job.abort();
    until("the connection is closed", || gate.left(), |left| *left == 1).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    // It leaves a moment later.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let job = testing(&client, &body("x", next.port));
    assert_eq!(connected(&server, next.port, 1).await.into_keys().collect::<Vec<_>>(), [child]);
    job.abort();
}

/// A child that is stuck does not keep its time: the server does, and ends it.
#[tokio::test]
async fn a_child_that_is_stuck() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_TEST_TIMEOUT", "2s")]);
    let client = server.client(&setup.token("acme"));
    let gate = Gate::closed().await;
    let job = testing(&client, &body("x", gate.port));
    let child = *connected(&server, gate.port, 1).await.first_key_value().expect("a child").0;
    let began = Instant::now();
    signal("-STOP", child);
    let data = job.await.expect("joined");
    assert_eq!(super::failures_code(&data), "TIMED_OUT", "{data}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let source = Source::new().await;
    assert_eq!(outcome(&client, &source.body("x")).await.0, "ok", "others go on meanwhile");
    until("the stuck child is ended", || alive(child), |alive| !alive).await;
}

/// Killed or told to stop: no child outlives its server, not even one that is stuck.
#[tokio::test]
async fn no_child_outlives_its_server() {
    let setup = Setup::sqlite().await;
    let gate = Gate::closed().await;
    for kill in [true, false] {
        let mut server = start(&setup, &[("HEADWATER_SHUTDOWN_GRACE", "1s")]);
        let client = server.client(&setup.token("acme"));
        let job = testing(&client, &body("x", gate.port));
        connected(&server, gate.port, 1).await;
        let children = server.children();
        assert!(children.len() >= 2, "{children:?}");
        job.abort();
        if kill {
            server.kill();
        } else {
            server.terminate();
            server.ended(Duration::from_secs(10));
        }
        until("children", || children.iter().filter(|child| alive(**child)).count(), |n| *n == 0).await;
    }
}

/// A signal from the terminal is for the server: the job that runs in a child is answered.
#[tokio::test]
async fn running_jobs_finish() {
    let setup = Setup::sqlite().await;
    let mut server = start(&setup, &[]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let gate = Gate::before(source.port).await;
    let (sender, body) = (client.clone(), source.body_with("x", &json!({"port": gate.port})));
    let job = tokio::spawn(async move { sender.create(&body).await });
    let child = *connected(&server, gate.port, 1).await.first_key_value().expect("a child").0;
    let group = std::fs::read_to_string(format!("/proc/{child}/stat")).expect("a process");
    assert_eq!(
        group.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(2)),
        Some(child.to_string().as_str()),
        "a group of its own"
    );
    server.terminate();
    tokio::time::sleep(Duration::from_millis(300)).await;
    gate.open();
    assert_eq!(job.await.expect("joined").ok(), json!({"name": "x"}));
    assert!(server.ended(Duration::from_secs(10)).success());
}
