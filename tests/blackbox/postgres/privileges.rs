//! What a user may not see is not cached; what is missing is told.

use serde_json::json;

use super::{cached, summary};
use crate::support::{Setup, Source};

#[tokio::test]
async fn only_what_the_user_may_read() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let user = &source.user;
    source
        .admin_sql(&format!(
            "create table hidden (id int); create table shown (id int primary key); grant select on shown to {user};
             create table partly (id int, secret text); grant select (id) on partly to {user};
             create schema closed; create table closed.t (id int); grant select on closed.t to {user};
             create schema open; grant usage on schema open to {user}; create table open.t (id int references shown); grant select on open.t to {user};"
        ))
        .await;
    client.create(&source.body("x")).await.ok();
    let names: Vec<_> = cached(&setup, "x")
        .await
        .iter()
        .map(|t| format!("{}.{}", t["schema"].as_str().expect("schema"), t["table"].as_str().expect("table")))
        .collect();
    assert_eq!(names, ["open.t", "public.partly", "public.shown"]);
    assert_eq!(summary(&setup, "x").await["schemas"], json!(["open", "public"]));
}

/// A read that the source refuses after the test passed is `SCHEMA_CACHE_FAILED`, and nothing stays.
#[tokio::test]
async fn a_read_that_fails_after_the_test() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_READ_TIMEOUT", "1s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    client.create(&source.body("old")).await.ok();
    let before = cached(&setup, "old").await;
    source.sql("create table u (id int)").await;
    let mut blocker = source.connection().await;
    sqlx::raw_sql("begin; lock table pg_catalog.pg_attrdef in access exclusive mode").execute(&mut blocker).await.expect("locked");
    for answer in [client.create(&source.body("new")).await, client.update(&source.body("old")).await] {
        assert_eq!(answer.code(), (500, "SCHEMA_CACHE_FAILED"));
        assert_eq!(answer.message(), "Schema caching failed: the server did not answer in time; check host, port and firewalls between");
    }
    assert_eq!(client.names().await, ["old"]);
    assert_eq!(cached(&setup, "old").await, before);
    sqlx::raw_sql("rollback").execute(&mut blocker).await.expect("unlocked");
    client.create(&source.body("new")).await.ok();
}
