//! Who shares a process with whom.

use std::time::Duration;

use serde_json::json;

use super::gate::Gate;
use super::{alive, body, connected, connections, start, testing, until};
use crate::support::diagnose::outcome;
use crate::support::{Setup, Source};

/// A process for each job up to the pool's size; beyond it an organisation's jobs share its own, and who has none gets one.
#[tokio::test]
async fn organisations_never_share() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_MAX_CHILDREN", "3"), ("HEADWATER_TEST_TIMEOUT", "6s")]);
    let (one, two) = (server.client(&setup.token("one")), server.client(&setup.token("two")));
    let (of_one, of_two) = (Gate::closed().await, Gate::closed().await);
    let mut jobs: Vec<_> = (0..3).map(|_| testing(&one, &body("x", of_one.port))).collect();
    let seen = connected(&server, of_one.port, 3).await;
    assert_eq!(seen.into_values().collect::<Vec<_>>(), [1, 1, 1], "one job a process up to the pool's size");
    jobs.extend((0..6).map(|_| testing(&one, &body("x", of_one.port))));
    let seen = connected(&server, of_one.port, 9).await;
    assert_eq!(seen.into_values().collect::<Vec<_>>(), [3, 3, 3], "beyond it they share");
    jobs.extend((0..2).map(|_| testing(&two, &body("x", of_two.port))));
    let others = connected(&server, of_two.port, 2).await;
    assert_eq!(others.values().copied().collect::<Vec<_>>(), [2], "another organisation has a process of its own");
    let own = connections(&server, of_one.port);
    assert!(own.keys().all(|child| !others.contains_key(child)), "{own:?} {others:?}");
    for child in own.keys() {
        super::signal("-KILL", *child);
    }
    let last = jobs.split_off(9);
    for job in last {
        assert_eq!(super::failures_code(&job.await.expect("joined")), "TIMED_OUT", "no job is lost to another organisation's");
    }
    for job in jobs {
        assert_eq!(super::failures_code(&job.await.expect("joined")), "TIMED_OUT", "run again, each alone, until the first deadline");
    }
}

/// A process that ran a job serves only that organisation afterwards, and is ended when it has had nothing to do for a while.
#[tokio::test]
async fn warm_means_never_used() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[]);
    let (one, two) = (server.client(&setup.token("one")), server.client(&setup.token("two")));
    let source = Source::new().await;
    let mut used = Vec::new();
    for (client, own) in [(&one, None), (&two, None), (&one, Some(0)), (&two, Some(1))] {
        let gate = Gate::before(source.port).await;
        let job = testing(client, &source.body_with("x", &json!({"port": gate.port})));
        let child = *connected(&server, gate.port, 1).await.first_key_value().expect("a child").0;
        gate.open();
        assert_eq!(job.await.expect("joined")["success"], true);
        // The job's last word comes a moment after its answer.
        tokio::time::sleep(Duration::from_millis(300)).await;
        match own {
            None => {
                assert!(!used.contains(&child), "{child} was used by the other organisation");
                used.push(child);
            }
            Some(own) => assert_eq!(child, used[own], "its own process, as long as it is there"),
        }
    }
    assert_eq!(outcome(&one, &source.body("x")).await.0, "ok");
    until("idle children", || used.iter().filter(|child| alive(**child)).count(), |n| *n == 0).await;
    until("kept for jobs to come", || server.children().len(), |n| *n == 2).await;
}
