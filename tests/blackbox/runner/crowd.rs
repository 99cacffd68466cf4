//! As many tests at once as a server takes.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::gate::Gate;
use super::{body, connections, start, testing, until};
use crate::support::process::status;
use crate::support::{Setup, Source};

/// Memory of a process in KiB, what it shares with others counted in parts.
fn share(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// 512 tests at once, of two organisations, take less than 600 MB in all children together; a third one is served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_five_hundred_and_twelve_tests_at_once() {
    // Each is a connection here and one in the server.
    let files = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files }).expect("a limit");
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_TEST_TIMEOUT", "60s"), ("HEADWATER_MAX_TESTS", "514")]);
    let (one, two, three) = (server.client(&setup.token("one")), server.client(&setup.token("two")), server.client(&setup.token("three")));
    let (of_one, of_two, source) = (Gate::closed().await, Gate::closed().await, Source::new().await);
    let mut jobs: Vec<_> = (0..256).map(|_| testing(&one, &body("x", of_one.port))).collect();
    jobs.extend((0..256).map(|_| testing(&two, &body("x", of_two.port))));
    until("all are connected", || of_one.came() + of_two.came(), |came| *came == 512).await;
    let (first, second) = (connections(&server, of_one.port), connections(&server, of_two.port));
    assert_eq!(first.values().sum::<usize>() + second.values().sum::<usize>(), 512, "{first:?} {second:?}");
    assert!(first.keys().all(|child| !second.contains_key(child)));
    let children = server.children();
    let kib: u64 = children.iter().map(|child| share(*child)).sum();
    let most = children.iter().filter_map(|child| status(*child, "VmHWM:")).max();
    println!("512 tests at once: {} children, {} MiB in all, the largest {most:?} KiB", children.len(), kib / 1_024);
    assert!(kib > 0 && kib < 600_000, "{kib} KiB");
    three.create(&source.body("x")).await.ok();
    jobs.iter().for_each(tokio::task::JoinHandle::abort);
    until("all are gone", || of_one.left() + of_two.left(), |left| *left == 512).await;
}
