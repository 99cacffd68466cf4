//! Through PgBouncer in transaction mode: no startup option it does not know, no statement left behind.
//!
//! Peers: pgbouncer.

use serde_json::json;

use super::cached;
use crate::support::diagnose::{diagnose, failed};
use crate::support::peers::variable;
use crate::support::{Setup, Source};

#[tokio::test]
async fn everything_works_through_pgbouncer() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create table t (id int primary key, n numeric(5,1) default 1.5)").await;
    let port: u16 = variable("HEADWATER_TEST_PGBOUNCER_PORT").parse().expect("port");
    let through = source.body_with("x", &json!({"port": port}));
    client.create(&through).await.ok();
    assert_eq!(cached(&setup, "x").await.len(), 1);
    // More jobs than the pool has connections, so that they take turns on the same ones.
    let jobs = (0..16).map(|n| {
        let (client, body) = (client.clone(), source.body_with(&format!("x{n}"), &json!({"port": port})));
        tokio::spawn(async move { client.create(&body).await.ok() })
    });
    for job in jobs.collect::<Vec<_>>() {
        job.await.expect("joined");
    }
    client.sync_name("x").await.ok();
    assert_eq!(
        client.create(&source.body_with("y", &json!({"port": port, "password": "wrong"}))).await.code(),
        (400, "CREDENTIAL_TEST_FAILED")
    );
}

/// A pooler's own failures, and what it passes on from the server behind it, are told apart from a login's.
#[tokio::test]
async fn failures_of_a_pooler() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "30s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let port: u16 = variable("HEADWATER_TEST_PGBOUNCER_PORT").parse().expect("port");
    for (database, step, code, field) in [
        ("no_such_database", "database", "DATABASE_NOT_FOUND", Some("/credentials/database")),
        ("dead", "authenticate", "POOLER_FAILED", Some("/credentials/database")),
        ("by_statement", "read", "POOLER_MODE", None),
    ] {
        let body = source.body_with("x", &json!({"port": port, "username": "postgres", "password": "pw", "database": database}));
        let data = diagnose(&client, &body).await;
        let failure = failed(&data);
        let told = (failure["step"].as_str(), failure["code"].as_str(), failure["field"].as_str());
        assert_eq!(told, (Some(step), Some(code), field), "{data}");
    }
}
