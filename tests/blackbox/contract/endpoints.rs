//! The life of a datasource, on both stores.

use serde_json::{Value, json};

use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source};

#[tokio::test]
async fn create_list_update_sync_delete() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let source = Source::new().await;
        source.sql("create table t (id int primary key)").await;

        assert_eq!(client.create(&source.body("first")).await.ok(), json!({"name": "first"}));
        assert_eq!(client.create(&source.body("second")).await.ok(), json!({"name": "second"}));
        let taken = client.create(&source.body("first")).await;
        assert_eq!((taken.code(), taken.message()), ((400, "DATASOURCE_NAME_ERROR"), "Datasource name already exists"));
        assert_eq!(client.get("/api/v2/datasource").await.ok(), json!({"data": [{"name": "first"}, {"name": "second"}]}));

        assert_eq!(client.update(&source.body("first")).await.ok(), json!({"name": "first"}));
        let unknown = client.update(&source.body("third")).await;
        assert_eq!((unknown.code(), unknown.message()), ((400, "DATASOURCE_NAME_ERROR"), "Datasource not found"));
        let mut other = source.body("first");
        other["datasourceType"] = json!("redshift");
        let other = client.update(&other).await;
        assert_eq!(other.code(), (400, "INVALID_REQUEST_BODY"));
        assert_eq!(other.message(), "\"datasourceType\" must be postgres, the type of the existing datasource");

        assert_eq!(client.sync_name("first").await.ok(), json!({"data": {"message": "Sync completed"}}));
        assert_eq!(client.progress("first").await.ok(), json!({"status": {"progress": "1/1", "error": ""}}));

        let deleted = client.delete("first").await.ok();
        assert_eq!(deleted["message"], "Datasource deleted successfully");
        let id = deleted["id"].as_str().expect("id");
        assert!(id.parse::<uuid::Uuid>().is_ok() && deleted.as_object().expect("object").len() == 2);
        assert_eq!(client.sync(json!({"datasourceId": id})).await.code(), (400, "DATASOURCE_ID_ERROR"));
        assert_eq!(client.delete("first").await.code(), (400, "DATASOURCE_NAME_ERROR"));
        assert_eq!(client.names().await, ["second"]);
    }
}

/// By the id that the contract has: known from the store only, as in the real product.
#[tokio::test]
async fn sync_by_id() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    client.create(&source.body("x")).await.ok();
    let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
    let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
    let id = store.datasource(tenant, "x").await.expect("look-up").expect("there").uuid;
    assert_eq!(client.sync(json!({"datasourceId": id.to_string()})).await.ok(), json!({"data": {"message": "Sync completed"}}));
    assert_eq!(client.sync(json!({"datasourceId": id.to_string().to_uppercase()})).await.status, 200);
}

/// Sync, progress and test take the id or the name, under `input` or beside it.
#[tokio::test]
async fn a_datasource_is_referred_to_in_four_ways() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    client.create(&source.body("x")).await.ok();
    let id = client.get("/api/v2/datasource/details?datasourceName=x").await.ok()["data"]["id"].clone();
    for endpoint in ["sync", "getDatasourceProgress", "test"] {
        let post = async |body: Value| {
            client.send(client.request(reqwest::Method::POST, &format!("/api/v2/datasource/{endpoint}")).json(&body)).await
        };
        for reference in [json!({"datasourceName": "x"}), json!({"datasourceId": id})] {
            assert_eq!(post(reference.clone()).await.status, 200, "{endpoint} {reference}");
            assert_eq!(post(json!({"input": reference})).await.status, 200, "{endpoint} {reference}");
        }
        for (body, code, message) in [
            (json!({"datasourceName": "y"}), "DATASOURCE_NAME_ERROR", "Datasource not found"),
            (json!({"datasourceName": ""}), "INVALID_REQUEST_BODY", "\"datasourceName\" is not allowed to be empty"),
            (json!({"input": {"datasourceName": 5}}), "INVALID_REQUEST_BODY", "\"input.datasourceName\" must be a string"),
            (json!({"datasourceId": "x"}), "DATASOURCE_ID_ERROR", "Invalid datasource id"),
            (json!({"input": {}, "datasourceName": "x"}), "INVALID_REQUEST_BODY", "\"input.datasourceId\" is required"),
        ] {
            let answer = post(body.clone()).await;
            assert_eq!((answer.code(), answer.message()), ((400, code), message), "{endpoint} {body}");
        }
    }
}

#[tokio::test]
async fn ten_a_page_in_order_of_creation() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let source = Source::new().await;
        let names: Vec<String> = (0..12).rev().map(|n| format!("n{n}")).collect();
        for name in &names {
            client.create(&source.body(name)).await.ok();
        }
        let page = async |query: &str| {
            let body = client.get(&format!("/api/v2/datasource?{query}")).await.ok();
            body["data"].as_array().expect("data").iter().map(|d| d["name"].as_str().expect("name").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(page("").await, names);
        assert_eq!(page("pageNumber=2").await, names, "without isPagination all of them");
        assert_eq!(page("isPagination=true").await, names[..10]);
        assert_eq!(page("isPagination=true&pageNumber=2").await, names[10..]);
        assert_eq!(page("isPagination=true&pageNumber=3").await, [""; 0]);
    }
}

/// Keys in other spellings work; keys that mean nothing are named in a header, and by no value.
#[tokio::test]
async fn spellings_and_ignored_keys() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let body = json!({"datasourceType": "postgres", "extra": 1, "credentials": {
        "name": "x", "HOST": source.host, "Port": source.port.to_string(), "user": source.user, "pass_word": source.password,
        "data-base": source.database, "schema": "public", "classname": "org.h2.Driver", "ssl": "false",
    }});
    let answer = client.create(&body).await;
    assert_eq!(answer.headers["headwater-ignored-fields"], "credentials.classname, extra");
    assert_eq!(answer.ok(), json!({"name": "x"}));
    let spelt = json!({"datasource_type": "postgres", "Credentials": source.body("z")["credentials"], "tenancy-settings": null});
    let answer = client.create(&spelt).await;
    assert!(!answer.headers.contains_key("headwater-ignored-fields"));
    assert_eq!(answer.ok(), json!({"name": "z"}));
    assert_eq!(client.sync(json!({"datasource_name": "z"})).await.status, 200);
    // The same twice, or with nothing in it, is no contradiction.
    let mut twice = source.body("w");
    twice["DatasourceType"] = json!("postgres");
    twice["credentials"]["Name"] = json!("w");
    twice["tenancy_settings"] = json!(null);
    let answer = client.create(&twice).await;
    assert_eq!(answer.headers["headwater-ignored-fields"], "credentials.Name, DatasourceType");
    assert_eq!(answer.ok(), json!({"name": "w"}));
    let plain = client.create(&source.body("y")).await;
    assert!(!plain.headers.contains_key("headwater-ignored-fields"));
}

/// What the source says is mapped to a text of ours that tells what to do.
#[tokio::test]
async fn failed_tests_say_what_is_wrong() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.admin_sql("create schema closed; revoke all on schema closed from public").await;
    let grant = format!("the user lacks a privilege; run GRANT USAGE ON SCHEMA \"closed\" TO \"{}\"", source.user);
    let rows: [(Value, &str); 7] = [
        (
            json!({"password": "wrong"}),
            "authentication failed: the server rejected the username or the password; check username and password",
        ),
        (
            json!({"username": "nobody"}),
            "authentication failed: the server rejected the username or the password; check username and password",
        ),
        (json!({"database": "nope"}), "the database does not exist; check database"),
        (json!({"schema": "nope"}), "the schema does not exist in this database; check schema"),
        (json!({"schema": "closed"}), &grant),
        (json!({"port": 1}), "the connection was refused; check host and port, and that the server is running"),
        (json!({"host": "no-such-host.invalid"}), "the host name cannot be resolved; check the spelling of the host"),
    ];
    for (changes, message) in rows {
        let answer = client.create(&source.body_with("x", &changes)).await;
        assert_eq!((answer.code(), answer.message()), ((400, "CREDENTIAL_TEST_FAILED"), message), "{changes}");
    }
    assert_eq!(client.names().await, [""; 0]);
}

/// A sync that fails leaves the cached schema, and the progress says why.
#[tokio::test]
async fn a_failed_sync_is_told_and_forgotten() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    client.create(&source.body("x")).await.ok();
    source.admin_sql(&format!("alter role {} password 'other'", source.user)).await;
    let failed = client.sync_name("x").await;
    assert_eq!(failed.code(), (500, "INTERNAL_SERVER_ERROR"));
    let why = "authentication failed: the server rejected the username or the password; check username and password";
    assert_eq!(failed.message(), format!("Sync failed: {why}"));
    assert_eq!(client.progress("x").await.ok(), json!({"status": {"progress": "0/...", "error": format!("Error: {why}")}}));
    source.admin_sql(&format!("alter role {} password '{}'", source.user, source.password)).await;
    client.sync_name("x").await.ok();
    assert_eq!(client.progress("x").await.ok(), json!({"status": {"progress": "1/1", "error": ""}}));
}
