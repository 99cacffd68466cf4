//! Health, metrics, OpenAPI.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Setup, headwater};

#[tokio::test]
async fn health_is_open_and_says_so() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for prefix in ["", "/api"] {
        assert_eq!(client.get(&format!("{prefix}/health/live")).await.ok(), json!({"status": "live"}));
        let ready = client.get(&format!("{prefix}/health/ready")).await.ok();
        assert_eq!(ready, json!({"status": "ready", "checks": {"store": {"status": "UP"}}}));
    }
}

#[tokio::test]
async fn metrics_count_by_route_and_never_by_name() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    client.delete("secret-name").await;
    client.get("/some/secret/path").await;
    let text = client.get("/metrics").await.text;
    assert!(text.contains("headwater_http_requests_total{method=\"DELETE\",route=\"/api/v2/datasource\",status=\"400\"} 1"), "{text}");
    assert!(text.contains("headwater_build_info{version="));
    assert!(!text.contains("secret"));
}

#[test]
fn the_openapi_document() {
    let out = headwater(&["openapi"], &[]);
    let document: serde_json::Value = serde_json::from_slice(&out.stdout).expect("json");
    insta::assert_json_snapshot!("openapi", document);
}

/// Every reference in the document leads somewhere, and every operation has a name of its own.
#[tokio::test]
async fn the_openapi_document_is_sound() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let document = client.get("/openapi.json").await.ok();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().expect("end")) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            assert!(ids.insert(operation["operationId"].as_str().expect("id").to_owned()));
            let method = method.to_uppercase().parse().expect("method");
            let answer = client.send(client.request(method, path)).await;
            assert!(![404, 405].contains(&answer.status), "{path} is documented and routed");
        }
    }
    assert_eq!(ids.len(), 13);
}

/// The document says what is open; everything else in it answers nobody without a token.
#[tokio::test]
async fn what_the_document_does_not_call_open_needs_a_token() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let stranger = client.with_token("");
    let document = stranger.get("/openapi.json").await.ok();
    let mut closed = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let method: reqwest::Method = method.to_uppercase().parse().expect("method");
            let answer = stranger.send(stranger.request(method.clone(), path)).await;
            if operation["security"] == json!([]) {
                assert_eq!(answer.status, 200, "{method} {path}");
            } else {
                assert_eq!(answer.code(), (401, "AUTHENTICATION_ERROR"), "{method} {path}");
                closed += 1;
            }
        }
        let head = stranger.send(stranger.request(reqwest::Method::HEAD, path)).await;
        assert!([200, 401].contains(&head.status), "{path}");
    }
    assert_eq!(closed, 11);
}

/// What stays the same for as long as the server runs is sent once to a client that keeps it.
#[tokio::test]
async fn documents_have_a_tag() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for path in ["/openapi.json", "/api/v2/datasource/types"] {
        let first = client.get(path).await;
        let tag = first.headers["etag"].to_str().expect("text").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 20, "a strong tag: {tag}");
        assert_eq!(first.headers["content-type"], "application/json");
        assert!(first.ok().is_object());
        let asked = async |known: &str| client.send(client.request(reqwest::Method::GET, path).header("if-none-match", known)).await;
        let same = asked(&tag).await;
        assert_eq!((same.status, same.text.as_str(), same.headers["etag"].as_bytes()), (304, "", tag.as_bytes()), "{path}");
        assert!(same.headers.contains_key("x-request-id"));
        assert_eq!(asked("\"other\"").await.status, 200, "{path}");
    }
}
