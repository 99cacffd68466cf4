//! What failed, was cancelled or was killed leaves nothing in the store.
//!
//! Peers: postgres, store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::support::process::BOTH_STORES;
use crate::support::{Client, Setup, Source};

/// Passes a source on, so many bytes of an answer and no more: then it cuts the connection, or keeps it and says nothing.
struct Tap {
    port: u16,
    /// What each connection gets.
    bytes: Arc<AtomicUsize>,
    /// What the last connection got.
    passed: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl Tap {
    #[expect(clippy::disallowed_methods, reason = "a test's server dials for its clients")]
    async fn before(to: u16, cuts: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let (bytes, passed) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::new(AtomicUsize::new(0)));
        let (limit, count) = (bytes.clone(), passed.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (count, mut left) = (count.clone(), limit.load(Ordering::Relaxed));
                sessions.spawn(async move {
                    let server = TcpStream::connect(("127.0.0.1", to)).await.expect("the source listens");
                    let ((mut from, mut back), (mut answers, mut onward)) = (client.into_split(), server.into_split());
                    let up = async { drop(tokio::io::copy(&mut from, &mut onward).await) };
                    let down = async {
                        let (mut buffer, mut sum) = ([0; 4_096], 0);
                        while let Ok(n @ 1..) = answers.read(&mut buffer).await {
                            let n = n.min(left);
                            if n == 0 && !cuts {
                                std::future::pending::<()>().await;
                            }
                            if n == 0 || back.write_all(&buffer[..n]).await.is_err() {
                                break;
                            }
                            (left, sum) = (left - n, sum + n);
                            count.store(sum, Ordering::Relaxed);
                        }
                    };
                    tokio::select! {
                        () = up => {}
                        () = down => {}
                    }
                });
            }
        });
        Self { port, bytes, passed, _task: task }
    }

    /// Lets whole answers pass, or three quarters of what the last one was.
    fn let_pass(&self, whole: bool) {
        let bytes = if whole { usize::MAX } else { self.passed.load(Ordering::Relaxed) / 4 * 3 };
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    fn body(&self, source: &Source, name: &str) -> serde_json::Value {
        source.body_with(name, &serde_json::json!({"port": self.port}))
    }
}

async fn grow(source: &Source, tables: usize) {
    // In parts: one transaction for all would fill the server's table of locks.
    for first in (0..tables).step_by(2_000) {
        let last = (first + 2_000).min(tables) - 1;
        source
            .sql(&format!(
                "do $$ begin for n in {first}..{last} loop execute format('create table t%s (id int primary key, a text, b text)', n); end loop; end $$"
            ))
            .await;
    }
}

/// How many rows each table has of what belongs to schemas.
async fn rows(setup: &Setup) -> Vec<i64> {
    let mut rows = Vec::new();
    for sql in [
        "select count(*) from datasource",
        "select count(*) from definition",
        "select count(*) from snapshot",
        "select count(*) from snapshot_schema",
        "select count(*) from schema_tree",
        "select count(*) from tree_entry",
        "select count(*) from staging",
        "select count(*) from staging_lease",
    ] {
        rows.push(setup.number(sql).await);
    }
    rows
}

/// Waits until the store has this.
async fn until(setup: &Setup, what: &str, wanted: impl Fn(&[i64]) -> bool) {
    for _ in 0..600 {
        if wanted(&rows(setup).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: {:?}", rows(setup).await);
}

fn failed_in_reading(answer: &crate::support::Answer) {
    assert_eq!(answer.code(), (500, "SCHEMA_CACHE_FAILED"), "{}", answer.text);
}

/// Sixteen creates of 6,000 tables, of which twelve are cut off in the middle and four find their name taken at the end; an
/// update, and a sync.
#[tokio::test]
async fn failures_leave_nothing() {
    let source = Source::new().await;
    source.sql("create table first (id int)").await;
    let tap = Tap::before(source.port, true).await;
    let mut clients: Vec<(Setup, _, Client)> = Vec::new();
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        client.create(&tap.body(&source, "grows")).await.ok();
        clients.push((setup, server, client));
    }
    grow(&source, 6_000).await;
    for (setup, _server, client) in &clients {
        let before = rows(setup).await;
        assert_eq!(before, [1, 1, 1, 1, 1, 1, 0, 0]);
        tap.let_pass(true);
        let mut all = JoinSet::new();
        for _ in 0..5 {
            let (client, body) = (client.clone(), tap.body(&source, "same"));
            all.spawn(async move { client.create(&body).await });
        }
        let answers = all.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        let taken = answers.iter().filter(|answer| answer.code() == (400, "DATASOURCE_NAME_ERROR")).count();
        assert_eq!(taken, 4, "{answers:?}");
        assert_eq!(rows(setup).await, [2, 6_002, 2, 2, 2, 6_002, 0, 0]);
        client.delete("same").await.ok();
        assert_eq!(rows(setup).await, before);

        tap.let_pass(false);
        let mut all = JoinSet::new();
        for n in 0..12 {
            let (client, body) = (client.clone(), tap.body(&source, &format!("cut {n}")));
            all.spawn(async move { client.create(&body).await });
        }
        all.join_all().await.iter().for_each(failed_in_reading);
        assert_eq!(rows(setup).await, before);
        failed_in_reading(&client.update(&tap.body(&source, "grows")).await);
        assert_eq!(rows(setup).await, before);
        let sync = client.sync_name("grows").await;
        assert_eq!(sync.code(), (500, "INTERNAL_SERVER_ERROR"));
        assert!(sync.message().starts_with("Sync failed"), "{}", sync.text);
        assert_eq!(rows(setup).await, before);

        // What is whole is stored as ever.
        tap.let_pass(true);
        client.sync_name("grows").await.ok();
        assert_eq!(rows(setup).await, [1, 6_001, 1, 1, 1, 6_001, 0, 0]);
    }
}

/// The client goes away, and what was staged goes with it.
#[tokio::test]
async fn what_is_cancelled_leaves_nothing() {
    let source = Source::new().await;
    grow(&source, 4_000).await;
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let tap = Tap::before(source.port, false).await;
        client.create(&tap.body(&source, "there")).await.ok();
        let before = rows(&setup).await;
        tap.let_pass(false);
        let (sender, body) = (client.clone(), tap.body(&source, "cancelled"));
        let request = tokio::spawn(async move { sender.create(&body).await });
        until(&setup, "something is staged", |rows| rows[1] > before[1]).await;
        request.abort();
        until(&setup, "it is gone", |rows| rows == before).await;
    }
}

/// A server that is killed cannot clean up; another one does when the lease has ended, and leaves what a living one is reading.
#[tokio::test]
async fn what_is_killed_goes_with_its_lease() {
    let source = Source::new().await;
    grow(&source, 4_000).await;
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let token = setup.token("acme");
        let lease = [("HEADWATER_STAGING_LEASE", "2s")];
        let server = setup.start_with(&lease);
        let client = server.client(&token);
        let tap = Tap::before(source.port, false).await;
        client.create(&tap.body(&source, "there")).await.ok();
        let before = rows(&setup).await;
        tap.let_pass(false);
        let begin = |client: Client, name: &str| {
            let body = tap.body(&source, name);
            let request = client.request(reqwest::Method::POST, crate::support::client::PATH).json(&body);
            tokio::spawn(async move { client.try_send(request).await })
        };
        let killed = begin(client, "killed");
        until(&setup, "something is staged", |rows| rows[1] > before[1] && rows[6] == 1).await;
        server.kill();
        assert!(killed.await.expect("joined").is_none());
        assert!(rows(&setup).await[1] > before[1], "nobody was there to clean up");

        let other = setup.start_with(&lease);
        let living = begin(other.client(&token), "living");
        until(&setup, "both are staged", |rows| rows[6] == 2 || rows[7] == 1 && rows[1] > before[1]).await;
        until(&setup, "the dead one is gone", |rows| rows[6] == 1 && rows[7] == 1).await;
        // Beyond what would be its lease if it were not renewed.
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(rows(&setup).await[1] > before[1], "what is being read stays");
        living.abort();
        until(&setup, "all is gone", |rows| rows == before).await;
    }
}

/// An organisation that has too much underway is told so, and leaves nothing; what is small goes on.
#[tokio::test]
async fn staging_has_a_bound() {
    let source = Source::new().await;
    grow(&source, 4_000).await;
    let small = Source::new().await;
    small.sql("create table t (id int)").await;
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let server = setup.start_with(&[("HEADWATER_MAX_STAGED", "65536")]);
        let client = server.client(&setup.token("acme"));
        client.create(&small.body("x")).await.ok();
        let before = rows(&setup).await;
        for answer in [client.create(&source.body("large")).await, client.update(&source.body("x")).await] {
            failed_in_reading(&answer);
            assert!(answer.message().contains("HEADWATER_MAX_STAGED"), "{}", answer.text);
            assert_eq!(rows(&setup).await, before);
        }
        client.create(&small.body("y")).await.ok();
    }
}
