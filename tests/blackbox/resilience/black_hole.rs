//! A metadata store that goes silent without a word: after a failover, behind a router that forgot its connections.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::RETRY_AFTER;
use tokio::task::JoinSet;

use crate::support::black_hole::{BlackHole, Door};
use crate::support::client::PATH;
use crate::support::{Answer, Client, Server, Setup, Source, StoreKind};

/// A server whose store is behind a proxy.
async fn behind_a_proxy() -> (Setup, BlackHole, Server, Client) {
    let mut setup = Setup::new(StoreKind::Postgres).await;
    let (head, rest) = setup.database_url.rsplit_once(':').expect("a port");
    let (port, database) = rest.split_once('/').expect("a database");
    let hole = BlackHole::start(port.parse().expect("port")).await;
    // In plain text, so that the proxy can tell what goes by.
    setup.database_url = format!("{head}:{}/{database}?sslmode=disable", hole.port);
    // A server is waited for on this thread: what this thread has to do for the proxy goes to another one.
    let (server, client) = tokio::task::block_in_place(|| setup.client());
    (setup, hole, server, client)
}

/// The same request, so often at once.
async fn at_once(client: &Client, n: usize, method: Method, path: &str) -> Vec<Answer> {
    let all: Vec<_> = (0..n)
        .map(|_| {
            let (client, request) = (client.clone(), client.request(method.clone(), path));
            tokio::spawn(async move { client.send(request).await })
        })
        .collect();
    let mut answers = Vec::new();
    for answer in all {
        answers.push(answer.await.expect("joined"));
    }
    answers
}

/// Our own fault, told as one that passes: nobody has to guess whether to come back.
#[track_caller]
fn assert_away(answer: &Answer) {
    assert_eq!(answer.code(), (503, "SERVICE_UNAVAILABLE"), "{}", answer.text);
    assert_eq!(answer.headers[RETRY_AFTER], "5");
}

/// Something that takes a connection for itself, and changes nothing.
const NONE: &str = "/api/v2/datasource?datasourceName=none";

/// Every connection goes silent and stays open; new ones would work. Whoever asks first hears that the store is away, and with
/// that all the silent ones are gone: no later request meets one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_went_silent_are_replaced() {
    let (_setup, hole, server, client) = behind_a_proxy().await;
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    client.create(&source.body("x")).await.ok();
    let work = async {
        for round in 0..2 {
            // All connections that there may be are there, shared ones and others.
            for answer in at_once(&client, 64, Method::GET, PATH).await {
                answer.ok();
            }
            for answer in at_once(&client, 64, Method::DELETE, NONE).await {
                assert_eq!(answer.status, 400, "{}", answer.text);
            }
            // What was known of the token is forgotten by then.
            tokio::time::sleep(Duration::from_secs(1)).await;
            hole.swallow();
            let first = at_once(&client, 16, Method::GET, PATH).await;
            first.iter().for_each(assert_away);
            for answer in at_once(&client, 64, Method::GET, PATH).await {
                assert_eq!(answer.ok()["data"][0]["name"], "x");
            }
            for answer in at_once(&client, 64, Method::DELETE, NONE).await {
                assert_eq!(answer.status, 400, "{}", answer.text);
            }
            client.create(&source.body(&format!("y{round}"))).await.ok();
        }
    };
    tokio::time::timeout(Duration::from_mins(2), work).await.expect("nothing waits for ever");
    assert!(server.logged("the metadata store failed: it did not answer in time"));
}

/// A request that writes meets silence in its first statement: it ends, and the next one succeeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_meets_silence() {
    let (_setup, hole, _server, client) = behind_a_proxy().await;
    at_once(&client, 16, Method::DELETE, NONE).await;
    // The token is known for a moment yet: what meets the silence is the statement that begins.
    client.names().await;
    hole.swallow();
    let met = at_once(&client, 8, Method::DELETE, NONE).await;
    // Some may have been given a connection of their own, made just then.
    met.iter().filter(|answer| answer.status != 400).for_each(assert_away);
    assert!(met.iter().any(|answer| answer.status == 503));
    for answer in at_once(&client, 32, Method::DELETE, NONE).await {
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
}

/// Silence in the middle of a COPY, of a transaction, at its end: the create fails and is told so in time, nothing of it is left, and
/// the next one is not kept by the locks of a transaction whose server never heard that we have gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_in_the_middle_of_a_write() {
    let mut all: JoinSet<()> =
        ["PGCOPY\n", "insert into snapshot (", "insert into datasource (", "commit"].into_iter().map(silence_at).collect();
    while let Some(ended) = all.join_next().await {
        ended.expect("as it should");
    }
}

async fn silence_at(words: &'static str) {
    let (_setup, hole, server, client) = behind_a_proxy().await;
    let source = Source::new().await;
    source.sql("do $$ begin for n in 1..200 loop execute format('create table t%s (a int, b text)', n); end loop; end $$").await;
    client.names().await;
    hole.swallow_at(words);
    let work = async {
        let met = client.create(&source.body("x")).await;
        assert!(hole.has_swallowed(), "{words}: {}", met.text);
        assert_away(&met);
        assert_eq!(client.names().await, [""; 0], "{words}");
        client.create(&source.body("x")).await.ok();
        assert_eq!(client.names().await, ["x"], "{words}");
    };
    tokio::time::timeout(Duration::from_mins(1), work).await.unwrap_or_else(|_| panic!("{words}: something waits for ever"));
    assert!(server.logged("the metadata store failed: it did not answer in time"), "{words}");
}

/// The store is down, or nobody answers at its door: 503 with `Retry-After`, not ready, and back by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_down() {
    let (_setup, hole, server, client) = behind_a_proxy().await;
    let source = Source::new().await;
    let ready = async |wanted: u16| {
        let probe = || client.get("/health/ready");
        let mut answer = probe().await;
        // A proof holds for a second.
        for _ in 0..50 {
            if answer.status == wanted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            answer = probe().await;
        }
        assert_eq!(answer.status, wanted, "{}", answer.text);
        assert_eq!(answer.body["checks"]["store"]["status"], if wanted == 200 { "UP" } else { "DOWN" });
    };
    ready(200).await;
    for door in [Door::Shut, Door::Silent] {
        tokio::time::sleep(Duration::from_secs(1)).await;
        hole.door(door);
        hole.swallow();
        assert_away(&client.get(PATH).await);
        assert_away(&client.create(&source.body("x")).await);
        ready(503).await;
        assert!(server.logged("not ready: the metadata store cannot be written"));
        hole.door(Door::Open);
        ready(200).await;
        client.names().await;
        assert!(server.logged("ready again"));
    }
    let metrics = client.get("/metrics").await.text;
    assert!(metrics.contains("headwater_store_up 1") && metrics.contains("headwater_store_outages_total"), "{metrics}");
}
