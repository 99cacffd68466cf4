//! A process that is lost with several jobs: any of them may have been to blame, so each is run again, alone.

use std::time::{Duration, Instant};

use serde_json::json;

use super::gate::Gate;
use super::{connected, connections, signal, start, until};
use crate::support::{Setup, Source};

/// The jobs of a lost process are run again one by one, and all succeed.
#[tokio::test]
async fn one_by_one() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_MAX_CHILDREN", "1"), ("HEADWATER_TEST_TIMEOUT", "15s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    source.sql("create table t (id int primary key); create table u (id int)").await;
    let gate = Gate::before(source.port).await;
    let jobs: Vec<_> = (0..4)
        .map(|n| {
            let (client, body) = (client.clone(), source.body_with(&format!("x{n}"), &json!({"port": gate.port})));
            tokio::spawn(async move { client.create(&body).await })
        })
        .collect();
    let first = connected(&server, gate.port, 4).await;
    assert_eq!(first.len(), 1, "all in one process");
    signal("-KILL", *first.first_key_value().expect("a child").0);
    until(
        "the first of them again",
        || connections(&server, gate.port),
        |seen| !seen.is_empty() && seen.keys().all(|c| !first.contains_key(c)),
    )
    .await;
    // As long as it has not ended, the others wait.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(connections(&server, gate.port).into_values().collect::<Vec<_>>(), [1]);
    assert_eq!(gate.came(), 5);
    gate.open();
    for job in jobs {
        job.await.expect("joined").ok();
    }
    assert_eq!(gate.came(), 8);
    assert_eq!(client.names().await.len(), 4);
    for n in 0..4 {
        assert_eq!(client.progress(&format!("x{n}")).await.ok(), json!({"status": {"progress": "2/2", "error": ""}}));
    }
}

/// The one that is to blame fails, when it breaks down alone; the others do not.
#[tokio::test]
async fn only_the_guilty_one_fails() {
    let setup = Setup::sqlite().await;
    let server =
        start(&setup, &[("HEADWATER_MAX_CHILDREN", "1"), ("HEADWATER_CHILD_MEMORY", "33554432"), ("HEADWATER_TEST_TIMEOUT", "15s")]);
    let client = server.client(&setup.token("acme"));
    let (innocent, guilty) = (Source::new().await, Source::new().await);
    innocent.sql("create table t (id int)").await;
    guilty.sql("create table t (a int, b int, c int, d int)").await;
    for column in ["a", "b", "c", "d"] {
        guilty.sql(&format!("do $$ begin execute format('comment on column t.{column} is %L', repeat('x', 15000000)); end $$")).await;
    }
    let gate = Gate::before(innocent.port).await;
    let jobs: Vec<_> = (0..3)
        .map(|n| {
            let source = if n == 1 { &guilty } else { &innocent };
            let (client, body) = (client.clone(), source.body_with(&format!("x{n}"), &json!({"port": gate.port})));
            tokio::spawn(async move { client.create(&body).await })
        })
        .collect();
    assert_eq!(connected(&server, gate.port, 3).await.len(), 1, "all in one process");
    gate.open();
    let mut codes = Vec::new();
    for job in jobs {
        codes.push(job.await.expect("joined"));
    }
    assert_eq!(codes.iter().map(|a| a.status).collect::<Vec<_>>(), [200, 500, 200], "{codes:?}");
    assert!(codes[1].message().contains("the driver broke down"), "{}", codes[1].text);
    let mut names = client.names().await;
    names.sort();
    assert_eq!(names, ["x0", "x2"]);
}

/// Lost in the middle of a read: what was staged before counts for nothing, and the first deadline for everything.
#[tokio::test]
async fn first_deadline_and_fresh_staging() {
    let setup = Setup::sqlite().await;
    let server = start(&setup, &[("HEADWATER_MAX_CHILDREN", "1"), ("HEADWATER_READ_TIMEOUT", "4s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    source.sql("do $$ begin for n in 1..40 loop execute format('create table t%s (id int)', n); end loop; end $$").await;
    for unlock in [true, false] {
        let gate = Gate::before(source.port).await;
        gate.open();
        let mut blocker = source.connection().await;
        sqlx::raw_sql("begin; lock table pg_catalog.pg_attrdef in access exclusive mode").execute(&mut blocker).await.expect("locked");
        let began = Instant::now();
        let jobs: Vec<_> = (0..2)
            .map(|n| {
                let (client, body) = (client.clone(), source.body_with(&format!("{unlock} {n}"), &json!({"port": gate.port})));
                tokio::spawn(async move { client.create(&body).await })
            })
            .collect();
        let seen = connected(&server, gate.port, 2).await;
        assert_eq!(seen.len(), 1, "both in one process");
        let child = *seen.first_key_value().expect("a child").0;
        // Both read, and wait for the lock.
        let waiting = "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut blocker).await.expect("a number") < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        signal("-KILL", child);
        until("again", || gate.came(), |came| *came == 3).await;
        if unlock {
            sqlx::raw_sql("rollback").execute(&mut blocker).await.expect("unlocked");
        }
        for job in jobs {
            let answer = job.await.expect("joined");
            assert_eq!(answer.status == 200, unlock, "{}", answer.text);
            assert!(unlock || answer.message().contains("did not answer in time"), "{}", answer.text);
        }
        // One after the other is alone, and the second one's waiting is not charged: each has its read's time once, and not anew.
        assert!(began.elapsed() < Duration::from_secs(12), "the first deadline holds: {:?}", began.elapsed());
        sqlx::raw_sql("rollback").execute(&mut blocker).await.expect("unlocked");
    }
    assert_eq!(client.names().await.len(), 2);
    assert_eq!(client.progress("true 0").await.ok(), json!({"status": {"progress": "40/40", "error": ""}}));
}
