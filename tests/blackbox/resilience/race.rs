//! Several server processes over one store.

use serde_json::json;

use crate::support::{Setup, Source, StoreKind};

/// Two POSTs with one name at one moment, on two processes: one 200, one `DATASOURCE_NAME_ERROR`, one row.
#[tokio::test]
async fn one_name_on_two_servers() {
    let setup = Setup::new(StoreKind::Postgres).await;
    let (one, two) = (setup.start(), setup.start());
    let token = setup.token("acme");
    let (one, two) = (one.client(&token), two.client(&token));
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    for round in 0..8 {
        let body = source.body(&format!("round {round}"));
        let (a, b) = tokio::join!(one.create(&body), two.create(&body));
        let mut codes = [(a.status, a.code().1), (b.status, b.code().1)];
        codes.sort_unstable();
        assert_eq!(codes, [(200, ""), (400, "DATASOURCE_NAME_ERROR")], "{} {}", a.text, b.text);
        assert_eq!(one.names().await.len(), round + 1);
        two.sync_name(&format!("round {round}")).await.ok();
    }
}

/// Updates, syncs and a delete of one datasource at once: each answers as if it had been alone, and the end is whole.
#[tokio::test]
async fn changes_of_one_datasource_at_once() {
    for kind in [StoreKind::Sqlite, StoreKind::Postgres] {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let source = Source::new().await;
        source.sql("create table t (id int)").await;
        client.create(&source.body("x")).await.ok();
        let mut jobs = Vec::new();
        for n in 0..6 {
            let (client, body) = (client.clone(), source.body("x"));
            jobs.push(tokio::spawn(async move { if n % 2 == 0 { client.update(&body).await } else { client.sync_name("x").await } }));
            source.sql(&format!("create table t{n} (id int)")).await;
        }
        for job in jobs {
            let answer = job.await.expect("joined");
            assert!(answer.status == 200 || answer.message().contains("changed by others"), "{}", answer.text);
        }
        client.sync_name("x").await.ok();
        assert_eq!(client.progress("x").await.ok(), json!({"status": {"progress": "7/7", "error": ""}}));
        let body = source.body("x");
        let (gone, _) = tokio::join!(client.delete("x"), client.update(&body));
        assert_eq!(gone.status, 200);
        assert_eq!(client.names().await, [""; 0]);
    }
}
