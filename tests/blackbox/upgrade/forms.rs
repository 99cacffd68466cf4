//! Forms of storage, seen from outside: the old one read, the new one bound to its place, the untested one.
//! Peers: postgres, store.

use serde_json::{Value, json};

use super::fixture::{answers_the_same, left, opened, restored};
use crate::support::process::{BOTH_STORES, output};
use crate::support::{Setup, Source};

const MOVED: &str = "what an older version stored is in this version's form";
const NOTHING_LEFT: &str = "everything stored is in this version's form";

/// The answers of 0.1.0, before, while and after its store is moved; then everything that changes a datasource.
#[tokio::test]
async fn a_store_of_0_1_0_opens_and_answers_the_same() {
    for kind in BOTH_STORES {
        let (setup, recorded) = restored(kind).await;
        let server = setup.start();
        answers_the_same(&server, &recorded, &[]).await;
        assert!(server.logged(MOVED), "{}", server.log());
        answers_the_same(&server, &recorded, &[]).await;
        assert!(!server.log().contains("\"WARN\""), "{}", server.log());
        server.kill();
        assert_eq!(left(&setup).await, 0);
        let server = setup.start();
        assert!(server.logged(NOTHING_LEFT), "{}", server.log());
        answers_the_same(&server, &recorded, &[]).await;

        let client = server.client(&recorded.tokens["write"]);
        let plain = recorded.answers.iter().find(|a| a.path.ends_with("/schema?datasourceName=plain")).expect("recorded");
        let known = client.request(reqwest::Method::GET, &plain.path).header("if-none-match", plain.etag.as_deref().expect("a tag"));
        assert_eq!(client.send(known).await.status, 304);
        assert_eq!(client.progress("plain").await.ok(), json!({"status": {"progress": "4/4", "error": ""}}));
        assert!(client.progress("failed").await.text.contains("Error: "));
        let source = Source::new().await;
        source.sql("create table t (id int)").await;
        for name in ["plain", "a tunnel", "tls options without a mode", "failed"] {
            client.update(&source.body(name)).await.ok();
            client.sync_name(name).await.ok();
            assert_eq!(client.progress(name).await.ok()["status"]["progress"], "1/1", "{name}");
        }
        let tenancy = client.get("/api/v2/datasource/details?datasourceName=plain").await.ok()["data"]["tenancySettings"].clone();
        assert_eq!(tenancy["tableName"], "customer", "what an update does not speak of stays");
        let other: Vec<_> = recorded.answers.iter().filter(|a| a.token == "other").collect();
        assert_eq!(other.len(), 3);
        for wanted in other {
            assert_eq!(server.client(&recorded.tokens["other"]).get(&wanted.path).await.text, wanted.body);
        }
        // Keys that were made then can be rotated now.
        let newer = output(&["keys", "generate", "--id", "newer"], &[]);
        let both = format!("{newer},{}", setup.master_keys);
        let environment = [("DATABASE_URL", setup.database_url.as_str()), ("HEADWATER_MASTER_KEYS", &both)];
        assert_eq!(output(&["keys", "rewrap"], &environment), "2 data keys rewrapped");
        server.kill();
        let server = setup.start_with(&[("HEADWATER_MASTER_KEYS", &newer)]);
        server.client(&recorded.tokens["write"]).sync_name("plain").await.ok();
        answers_the_same(&server, &recorded, &["=plain", "=a%20tunnel", "=tls%20options", "=failed"]).await;
        let client = server.client(&recorded.tokens["write"]);
        assert_eq!(client.delete("名前 / \"';--").await.status, 200);
        assert_eq!(client.delete("by certificate").await.status, 200);
        assert_eq!(client.names().await.len(), 14);
    }
}

/// What is no secret can be read in the store, what is one cannot.
#[tokio::test]
async fn profiles_are_readable_and_hold_no_secret() {
    for kind in BOTH_STORES {
        let (setup, _) = restored(kind).await;
        let server = setup.start();
        assert!(server.logged(MOVED), "{}", server.log());
        let store = opened(&setup).await;
        let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
        for name in store.datasource_names(tenant, None).await.expect("names") {
            let stored = store.datasource(tenant, &name).await.expect("look-up").expect("there");
            let profile: Value = serde_json::from_str(&stored.profile.expect("a profile")).expect("JSON");
            assert!(profile["port"].is_u64(), "{name}: {profile}");
            for secret in ["password", "sshPrivateKey", "sshPassphrase", "sslKey"] {
                assert!(profile.get(secret).is_none(), "{name}: {secret}");
            }
            assert_eq!(stored.sealed[0], 2, "sealed for its place");
        }
        assert!(!setup.dump().await.contains("PRIVATE KEY"));
    }
}

/// Threat S14: a secret opens for the place that it was given for, whoever writes another one into the store.
#[tokio::test]
async fn s14_a_secret_opens_for_its_place_alone() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        let source = Source::new().await;
        client.create(&source.body_with("x", &json!({"host": "127.0.0.1"}))).await.ok();
        let store = opened(&setup).await;
        let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
        let profile = store.datasource(tenant, "x").await.expect("look-up").expect("there").profile.expect("a profile");
        let original: Value = serde_json::from_str(&profile).expect("JSON");
        let write = async |profile: &Value| setup.sql(&format!("update datasource set profile = '{profile}'")).await;
        for changes in [
            json!({"host": "127.0.0.2"}),
            json!({"host": "localhost"}),
            json!({"port": 1}),
            json!({"username": "postgres"}),
            json!({"sslMode": true}),
            json!({"sslMode": true, "sslVerify": "none"}),
            json!({"sshTunnel": "enable", "sshHost": "127.0.0.1", "sshPort": 22, "sshUsername": "u"}),
            json!({"sslCa": "x"}),
        ] {
            let mut other = original.clone();
            for (name, value) in changes.as_object().expect("an object") {
                other[name] = value.clone();
            }
            write(&other).await;
            assert_eq!(client.sync_name("x").await.code(), (500, "INTERNAL_SERVER_ERROR"), "{changes}");
            let details = client.get("/api/v2/datasource/details?datasourceName=x").await;
            assert_eq!(details.code(), (500, "INTERNAL_SERVER_ERROR"), "{changes}");
        }
        assert!(server.logged("belongs to another datasource or place"));
        // Other words for the same place, and what only chooses within it.
        for changes in
            [json!({"host": "127.1"}), json!({"sslMode": false, "sslVerify": "full"}), json!({"sshTunnel": "disable", "sshHost": "x"})]
        {
            let mut same = original.clone();
            for (name, value) in changes.as_object().expect("an object") {
                same[name] = value.clone();
            }
            write(&same).await;
            client.sync_name("x").await.ok();
        }
        let mut elsewhere = original.clone();
        elsewhere["database"] = json!("no such database");
        write(&elsewhere).await;
        assert!(client.sync_name("x").await.message().starts_with("Sync failed: "), "it got as far as the server");
        write(&original).await;
        client.sync_name("x").await.ok();
    }
}

/// A datasource that was never tested, as it shows to this surface.
#[tokio::test]
async fn an_untested_datasource() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let source = Source::new().await;
        source.sql("create table t (id int)").await;
        client.create(&source.body("x")).await.ok();
        setup
            .sql("update datasource set lifecycle = 'untested', snapshot = null, product = null, product_version = null, tested_at = null, synced_at = null")
            .await;
        let details = client.get("/api/v2/datasource/details?datasourceName=x").await.ok()["data"].clone();
        for absent in ["testedAt", "syncedAt", "server", "schema", "syncError"] {
            assert_eq!(details[absent], Value::Null, "{absent}");
        }
        assert_eq!((&details["status"], &details["credentials"]["port"]), (&json!("untested"), &json!(source.port)));
        let schema = client.get("/api/v2/datasource/schema?datasourceName=x").await;
        assert!(schema.headers.contains_key("etag"));
        let summary = json!({"schemas": [], "tables": 0, "columns": 0, "partial": []});
        assert_eq!(schema.ok(), json!({"data": {"summary": summary, "tables": []}}));
        assert_eq!(client.progress("x").await.ok(), json!({"status": {"progress": "0/0", "error": ""}}));
        assert_eq!(client.names().await, ["x"]);
        client.sync_name("x").await.ok();
        assert_eq!(client.progress("x").await.ok(), json!({"status": {"progress": "1/1", "error": ""}}));
        assert_eq!(client.get("/api/v2/datasource/details?datasourceName=x").await.ok()["data"]["status"], "connected");
    }
}
