//! Keys that were not used are named, whether or not the request succeeds.

use serde_json::json;

use crate::support::client::PATH;
use crate::support::{Answer, Setup, Source};

fn named(answer: &Answer) -> &str {
    answer.headers.get("headwater-ignored-fields").map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn on_every_error_after_the_token() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    client.create(&source.body("taken")).await.ok();
    let with = |name: &str, changes| {
        let mut body = source.body_with(name, &changes);
        body["credentials"]["hots"] = json!("canary");
        body["extra"] = json!(1);
        body
    };
    let mut tenancy = with("x", json!({}));
    tenancy["tenancySettings"] = json!({"tenancyLevel": "ROW", "level": "TABLE"});
    for (body, code, ignored) in [
        (with("taken", json!({})), "DATASOURCE_NAME_ERROR", "credentials.hots, extra"),
        (with("x", json!({"password": "wrong"})), "CREDENTIAL_TEST_FAILED", "credentials.hots, extra"),
        (with("x", json!({"port": 0})), "INVALID_REQUEST_BODY", "credentials.hots, extra"),
        (with("", json!({})), "INVALID_REQUEST_BODY", "credentials.hots, extra"),
        (tenancy, "INVALID_REQUEST_BODY", "credentials.hots, tenancySettings.level, extra"),
        (json!({"datasourceType": "h2", "extra": 1}), "INVALID_REQUEST_BODY", "extra"),
        (json!({"datasourceType": "opensearch", "credentials": {"name": "n"}, "extra": 1}), "INVALID_REQUEST_BODY", "extra"),
    ] {
        let answer = client.create(&body).await;
        assert_eq!((answer.code(), named(&answer)), ((400, code), ignored), "{body}");
        assert!(!answer.text.contains("canary"));
    }
    let update = client.update(&with("absent", json!({}))).await;
    assert_eq!((update.code(), named(&update)), ((400, "DATASOURCE_NAME_ERROR"), "credentials.hots, extra"));
    let test = client.send(client.request(reqwest::Method::POST, &format!("{PATH}/test")).json(&with("x", json!({})))).await;
    assert_eq!((test.status, named(&test)), (200, "credentials.hots, extra"));
}

/// What is missing may stand under a key that is not known: then the text says so.
#[tokio::test]
async fn where_something_is_missing_the_text_names_them() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let credentials = json!({"name": "n", "hots": "h", "port": 1, "username": "u", "password": "p", "database": "d", "schema": "s"});
    for (body, message) in [
        (json!({"datasource": "postgres"}), "\"datasourceType\" is required (unknown keys: datasource)"),
        (json!({"datasourceType": "postgres", "creds": {}}), "\"credentials\" is required (unknown keys: creds)"),
        (
            json!({"datasourceType": "postgres", "credentials": credentials, "extra": 1}),
            "\"credentials.host\" is required (unknown keys: credentials.hots, extra)",
        ),
        // What could forge a line or a list is not repeated.
        (
            json!({"datasourceType": "postgres", "credentials": {"name": "n", "a,b": 1, "c\nd": 1, "é": 1}}),
            "\"credentials.host\" is required",
        ),
    ] {
        assert_eq!(client.create(&body).await.message(), message, "{body}");
    }
}
