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
    assert_eq!(ids.len(), 12);
}
