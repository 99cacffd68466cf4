//! How far a sync is, while it runs.
//!
//! Peers: store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{body, holding};
use crate::fakes::http::{Reply, serve};
use crate::support::process::BOTH_STORES;
use crate::support::{Client, Setup};

/// Asks until the answer is the wanted one.
async fn reaches(client: &Client, wanted: &Value) {
    let began = Instant::now();
    loop {
        let told = client.progress("x").await.ok()["status"].clone();
        if told == *wanted {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{told}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// First nothing is counted, then the files that were looked at of all that were listed, then all; a failure before is not told
/// meanwhile, and another organisation sees nothing of it.
#[tokio::test]
async fn counted_while_it_runs() {
    for kind in BOTH_STORES {
        let fake = holding(&["a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "f.csv", "_SUCCESS"].map(|key| (key, "id\n1\n")));
        // The list, one file, and everything.
        let closed = Arc::new([(); 3].map(|()| AtomicBool::new(false)));
        let doors = closed.clone();
        let running = serve(move |_, request| {
            let is = |n: usize| doors[n].load(Ordering::Relaxed);
            // The list is asked for twice: for one key, to be let in, and for all.
            let waits = is(0)
                && request.path.contains("list-type")
                && !request.path.contains("max-keys=1&")
                && !request.path.ends_with("max-keys=1");
            if is(2) {
                return Reply::Whole(403, vec![], "<Error><Code>AccessDenied</Code></Error>".to_owned());
            }
            if waits || (is(1) && request.path.contains("/e.csv")) {
                return Reply::Late(Duration::from_secs(3), Box::new(fake.answer(request)));
            }
            fake.answer(request)
        })
        .await;
        let door = |n: usize, shut: bool| closed[n].store(shut, Ordering::Relaxed);
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        let other = server.client(&setup.token("other"));
        client.create(&body(running.port, &json!({}))).await.ok();
        other.create(&body(running.port, &json!({}))).await.ok();
        let whole = json!({"progress": "6/6", "error": ""});
        assert_eq!(client.progress("x").await.ok()["status"], whole);
        door(2, true);
        assert_eq!(client.sync_name("x").await.status, 500);
        assert!(client.progress("x").await.ok()["status"]["error"].as_str().expect("text").starts_with("Error: "));
        door(2, false);
        door(0, true);
        door(1, true);
        let sync = tokio::spawn({
            let client = client.clone();
            async move { client.sync_name("x").await }
        });
        reaches(&client, &json!({"progress": "0/...", "error": ""})).await;
        reaches(&client, &json!({"progress": "4/6", "error": ""})).await;
        assert_eq!(other.progress("x").await.ok()["status"], whole);
        assert!(!sync.is_finished(), "it runs");
        assert_eq!(sync.await.expect("an answer").status, 200);
        assert_eq!(client.progress("x").await.ok()["status"], whole);
    }
}
