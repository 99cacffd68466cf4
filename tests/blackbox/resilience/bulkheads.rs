//! Places for jobs: greedy organisations and silent sources cost themselves, and nobody else.
//!
//! Peers: postgres.

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::diagnose::{diagnose, failed};
use crate::support::mute::Mute;
use crate::support::{Client, Setup, Source};

/// A create that runs until its answer is asked for.
fn creating(client: &Client, body: Value) -> JoinHandle<crate::support::client::Answer> {
    let client = client.clone();
    tokio::spawn(async move { client.create(&body).await })
}

const BOTH_RUNNERS: [&str; 2] = ["child", "in-process"];

/// A source whose tests pass and whose reads never end.
async fn endless(source: &Source) -> Mute {
    Mute::start(source.port, "pg_attrdef").await
}

/// Threat R6: two organisations with eight reads each that hear nothing: a third one's create is done while all sixteen are pending.
#[tokio::test]
async fn r6_two_greedy_organisations_and_a_third() {
    for runner in BOTH_RUNNERS {
        let setup = Setup::sqlite().await;
        let server = setup.start_with(&[("HEADWATER_RUNNER", runner), ("HEADWATER_LOG", "info")]);
        let (source, mut pending) = (Source::new().await, Vec::new());
        source.sql("create table t (id int)").await;
        let mute = endless(&source).await;
        for greedy in ["one", "two"] {
            let client = server.client(&setup.token(greedy));
            pending.extend((0..8).map(|n| creating(&client, source.body_with(&format!("n{n}"), &json!({"port": mute.port})))));
        }
        mute.muted(16).await;
        server.client(&setup.token("three")).create(&source.body("works")).await.ok();
        assert!(pending.iter().all(|job| !job.is_finished()), "{runner}: all sixteen still hear nothing");
    }
}

/// Threat R6: with two places, four organisations whose reads hear nothing have all there are and all that are kept: the fifth comes in
/// because silence does not count.
#[tokio::test]
async fn r6_a_silent_read_gives_its_place_up() {
    for runner in BOTH_RUNNERS {
        let setup = Setup::sqlite().await;
        let environment =
            [("HEADWATER_RUNNER", runner), ("HEADWATER_LOG", "info"), ("HEADWATER_MAX_READS", "2"), ("HEADWATER_MAX_CHILDREN", "2")];
        let server = setup.start_with(&environment);
        let (source, mut pending) = (Source::new().await, Vec::new());
        let mute = endless(&source).await;
        for silent in ["a", "b", "c", "d"] {
            let client = server.client(&setup.token(silent));
            pending.push(creating(&client, source.body_with("x", &json!({"port": mute.port}))));
        }
        mute.muted(4).await;
        server.client(&setup.token("e")).create(&source.body("works")).await.ok();
        assert!(pending.iter().all(|job| !job.is_finished()), "{runner}: they go on");
    }
}

/// Threat R6: more silent creates than an organisation has places: those in front get their whole limit, those behind wait without being
/// charged, and get theirs or hear that it was busy. Another organisation does not notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_six_hundred_silent_creates() {
    for runner in BOTH_RUNNERS {
        let setup = Setup::sqlite().await;
        let environment = [
            ("HEADWATER_RUNNER", runner),
            ("HEADWATER_LOG", "info"),
            ("HEADWATER_MAX_TESTS", "400"),
            ("HEADWATER_TEST_TIMEOUT", "5s"),
            ("HEADWATER_QUEUE_TIMEOUT", "6s"),
        ];
        let server = setup.start_with(&environment);
        let (greedy, modest) = (server.client(&setup.token("greedy")), server.client(&setup.token("modest")));
        let (source, mute) = (Source::new().await, Mute::silent().await);
        let pending: Vec<_> =
            (0..600).map(|n| creating(&greedy, source.body_with(&format!("n{n}"), &json!({"port": mute.port})))).collect();
        mute.muted(200).await;
        modest.create(&source.body("works")).await.ok();
        assert!(pending.iter().all(|job| !job.is_finished()), "{runner}: not one silent create has ended");
        let (mut timed_out, mut busy) = (0, 0);
        for job in pending {
            let answer = job.await.expect("joined");
            match answer.code() {
                (400, "CREDENTIAL_TEST_FAILED") => {
                    assert_eq!(answer.message(), "the server did not answer in time; check host, port and firewalls between");
                    timed_out += 1;
                }
                (503, "SERVICE_UNAVAILABLE") => {
                    assert!(answer.message().starts_with("this service is busy with other jobs"), "{}", answer.text);
                    assert!(answer.headers.contains_key("retry-after"));
                    busy += 1;
                }
                other => panic!("{other:?}: {}", answer.text),
            }
        }
        // Whoever was told that the source was silent has asked it.
        assert_eq!((timed_out, timed_out + busy), (mute.came(), 600), "{runner}");
        assert!(timed_out >= 400 && busy > 0, "{runner}: {timed_out} {busy}");
        let metrics = modest.get("/metrics").await.text;
        assert!(metrics.contains(&format!("headwater_limited_total{{limit=\"places\"}} {busy}")), "{metrics}");
    }
}

/// A test that had no place in time says so in its steps, and blames no field.
#[tokio::test]
async fn a_test_without_a_place_says_busy() {
    for runner in BOTH_RUNNERS {
        let setup = Setup::sqlite().await;
        let environment = [("HEADWATER_RUNNER", runner), ("HEADWATER_MAX_READS", "2"), ("HEADWATER_QUEUE_TIMEOUT", "1s")];
        let server = setup.start_with(&environment);
        let client = server.client(&setup.token("acme"));
        let source = Source::new().await;
        let mute = endless(&source).await;
        let first = creating(&client, source.body_with("x", &json!({"port": mute.port})));
        mute.muted(1).await;
        let data = diagnose(&client, &source.body("y")).await;
        let step = failed(&data);
        assert_eq!((step["step"].as_str(), step["code"].as_str(), &step["field"]), (Some("read"), Some("BUSY"), &Value::Null), "{data}");
        assert!(!first.is_finished());
    }
}
