//! SIGKILL at any moment of a create or an update leaves the old whole state or the new one.

use std::time::Duration;

use serde_json::json;
use store::{Page, Tables};

use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source};

#[tokio::test]
async fn killed_in_the_middle() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let token = setup.token("acme");
        let source = Source::new().await;
        source.sql("do $$ begin for n in 1..300 loop execute format('create table t%s (id int primary key, a text, b text)', n); end loop; end $$").await;
        let (mut created, mut updated) = (0, 0);
        // The delays sweep over the whole request, from before it is read to after it is answered.
        for delay in [0, 10, 30, 60, 100, 140, 180, 220, 260, 320, 400, 600] {
            let server = setup.start();
            let client = server.client(&token);
            let name = format!("after {delay}");
            let request = client.request(reqwest::Method::POST, crate::support::client::PATH).json(&source.body(&name));
            let (sender, body) = (client.clone(), async move { tokio::time::sleep(Duration::from_millis(delay)).await });
            let sent = tokio::spawn(async move { sender.try_send(request).await });
            body.await;
            server.kill();
            let answered = sent.await.expect("joined");

            let server = setup.start();
            let client = server.client(&token);
            let there = client.names().await.contains(&name);
            assert!(there || answered.is_none_or(|a| a.status != 200), "answered with success, then lost");
            if there {
                created += 1;
                assert_eq!(client.progress(&name).await.ok(), json!({"status": {"progress": "300/300", "error": ""}}));
                assert_eq!(count(&setup, &name).await, 300);
                client.sync_name(&name).await.ok();
            } else {
                client.create(&source.body(&name)).await.ok();
            }

            // The same with an update to other credentials and another schema.
            let other = Source::new().await;
            other.sql("create table single (id int)").await;
            let request = client.request(reqwest::Method::PUT, crate::support::client::PATH).json(&other.body(&name));
            let sender = client.clone();
            let sent = tokio::spawn(async move { sender.try_send(request).await });
            tokio::time::sleep(Duration::from_millis(delay)).await;
            server.kill();
            sent.await.expect("joined");
            let server = setup.start();
            let client = server.client(&token);
            let tables = count(&setup, &name).await;
            assert!(tables == 300 || tables == 1, "{tables}");
            updated += usize::from(tables == 1);
            // The credentials in the store are those of the schema in the store: a sync finds what is there already.
            client.sync_name(&name).await.ok();
            assert_eq!(count(&setup, &name).await, tables);
            client.delete(&name).await.ok();
        }
        println!("{kind:?}: {created} created and {updated} updated of 12 before the kill");
    }
}

async fn count(setup: &Setup, name: &str) -> usize {
    let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
    let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
    let uuid = store.datasource(tenant, name).await.expect("look-up").expect("there").uuid;
    store.cached_tables(tenant, uuid, Tables::default(), Page { limit: 1_000, offset: 0 }).await.expect("tables").len()
}

/// An update whose test fails leaves credentials, tenancy and schema as they were.
#[tokio::test]
async fn a_failed_update_changes_nothing() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let source = Source::new().await;
        source.sql("create table t (id int)").await;
        let mut body = source.body("x");
        body["tenancySettings"] = json!({"tenancyLevel": "DATABASE"});
        client.create(&body).await.ok();
        let read = async || {
            let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
            let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
            store.datasource(tenant, "x").await.expect("look-up").expect("there")
        };
        let before = read().await;
        source.sql("create table u (id int)").await;
        for changes in [json!({"password": "wrong"}), json!({"port": 1}), json!({"schema": "nope"})] {
            let mut body = source.body_with("x", &changes);
            body["tenancySettings"] = json!({"tenancyLevel": "TABLE", "clientColumnType": "STRING", "schemaName": "s", "tableName": "t", "tableClientNameColumn": "c", "tablePrimaryKeyColumn": "p"});
            assert_eq!(client.update(&body).await.code(), (400, "CREDENTIAL_TEST_FAILED"));
            assert_eq!(read().await, before);
        }
        assert_eq!(count(&setup, "x").await, 1);
        client.sync_name("x").await.ok();
        assert_eq!(count(&setup, "x").await, 2, "the old credentials still work");
    }
}
