//! What is said twice: refused where it is not the same, or where nobody can tell.

use reqwest::Method;
use serde_json::json;

use crate::support::client::PATH;
use crate::support::{Setup, Source};

#[tokio::test]
async fn a_key_that_stands_twice() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (body, message) in [
        (r#"{"datasourceType": "postgres", "datasourceType": "postgres"}"#, "\"datasourceType\" stands twice in the request body"),
        (r#"{"credentials": {"host": "a", "port": 1, "host": "b"}}"#, "\"credentials.host\" stands twice in the request body"),
        (r#"{"x": [{"a,b": 1, "a,b": 2}]}"#, "a key stands twice in the request body"),
    ] {
        for method in [Method::POST, Method::PUT] {
            let answer = client.send(client.request(method, PATH).header("content-type", "application/json").body(body)).await;
            assert_eq!((answer.code(), answer.message()), ((400, "INVALID_REQUEST_BODY"), message), "{body}");
        }
    }
}

#[tokio::test]
async fn a_field_in_two_spellings() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let contradicting = client.create(&source.body_with("x", &json!({"user": "somebody"}))).await;
    assert_eq!(contradicting.code(), (400, "INVALID_REQUEST_BODY"));
    assert_eq!(contradicting.message(), "\"credentials.username\" is given twice with different values, as username and as user");
    let repeating = json!({"user": source.user, "Port": source.port.to_string(), "SCHEMA": "", "enableSsl": "", "ssl": false});
    let answer = client.create(&source.body_with("x", &repeating)).await;
    assert_eq!(answer.headers["headwater-ignored-fields"], "credentials.user, credentials.Port, credentials.SCHEMA, credentials.enableSsl");
    assert_eq!(answer.ok(), json!({"name": "x"}));
}
