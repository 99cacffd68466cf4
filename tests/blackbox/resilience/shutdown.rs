//! SIGTERM: running jobs finish or are rolled back.

use std::time::Duration;

use serde_json::json;

use crate::support::{Setup, Source};

/// A create that runs when the signal comes is answered and kept; new connections are refused.
#[tokio::test]
async fn running_jobs_finish() {
    let setup = Setup::sqlite().await;
    let (mut server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    let mut blocker = source.connection().await;
    sqlx::raw_sql("begin; lock table pg_catalog.pg_attrdef in access exclusive mode").execute(&mut blocker).await.expect("locked");
    let (sender, body) = (client.clone(), source.body("x"));
    let running = tokio::spawn(async move { sender.create(&body).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.terminate();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let late = client.request(reqwest::Method::GET, "/health/live");
    assert!(client.try_send(late).await.is_none(), "no new connections");
    sqlx::raw_sql("rollback").execute(&mut blocker).await.expect("unlocked");
    assert_eq!(running.await.expect("joined").ok(), json!({"name": "x"}));
    assert!(server.ended(Duration::from_secs(10)).success());
    let server = setup.start();
    assert_eq!(server.client(&setup.token("acme")).names().await, ["x"]);
}

/// One that does not end within the grace period is given up, and leaves nothing.
#[tokio::test]
async fn jobs_past_the_grace_period_are_rolled_back() {
    let setup = Setup::sqlite().await;
    let mut server = setup.start_with(&[("HEADWATER_SHUTDOWN_GRACE", "1s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let mut blocker = source.connection().await;
    sqlx::raw_sql("begin; lock table pg_catalog.pg_attrdef in access exclusive mode").execute(&mut blocker).await.expect("locked");
    let request = client.request(reqwest::Method::POST, "/api/v2/datasource").json(&source.body("x"));
    let sender = client.clone();
    let running = tokio::spawn(async move { sender.try_send(request).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.terminate();
    assert!(server.ended(Duration::from_secs(10)).success());
    assert!(running.await.expect("joined").is_none());
    let server = setup.start();
    assert_eq!(server.client(&setup.token("acme")).names().await, [""; 0]);
}
