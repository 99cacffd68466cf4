//! Broken set-ups, and ways in.

use serde_json::{Value, json};

use super::{alone, elasticsearch, opensearch};
use crate::search::login::over_tls_with_a_password_at;
use crate::support::Setup;
use crate::support::diagnose::{Broken, diagnose};
use crate::support::python::python_of;

const LOGIN: &str = "check username and password";
const SPEAK_TLS: &str = "check serverUrl and datasourceType; if the server speaks TLS give serverUrl as https://…";
const SPEAK_PLAIN: &str = "check serverUrl; if the server speaks no TLS give serverUrl as http://…";

/// It closes where it should make TLS and does not.
#[tokio::test]
async fn ways_in() {
    let _alone = alone().await;
    over_tls_with_a_password_at(&opensearch(), "CONNECTION_CLOSED").await;
}

#[tokio::test]
async fn of_opensearch() {
    let _alone = alone().await;
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let peer = opensearch();
    let port = peer.place().rsplit(':').next().expect("a port");
    let who = "the server asks who we are: give username and password, and set disableAuth to false";
    let name = "give serverUrl with the name in the certificate, or set sslVerify to ca";
    let nobody = json!({"username": null, "password": null, "disableAuth": true});
    let url = Some("serverUrl");
    for (case, changes, step, code, field, remedy) in [
        ("password", json!({"password": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), LOGIN),
        ("user", json!({"username": "nobody"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), LOGIN),
        ("nobody", nobody, "authenticate", "AUTHENTICATION_FAILED", Some("disableAuth"), who),
        (
            "own CA",
            json!({"sslCa": null}),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa",
        ),
        ("another name", json!({"serverUrl": format!("https://127.0.0.1:{port}")}), "tls", "CERTIFICATE_NAME", url, name),
        (
            "plain text to TLS",
            json!({"serverUrl": format!("http://{}", peer.place()), "sslCa": null}),
            "authenticate",
            "CONNECTION_CLOSED",
            None,
            SPEAK_TLS,
        ),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &peer.body(&json!({}))).await;
    }
    let mut other = peer.body(&json!({}));
    other["datasourceType"] = json!("elasticsearch");
    let remedy = "the server is OpenSearch: set datasourceType to opensearch";
    Broken { case: "other", changes: json!({}), step: "product", code: "OTHER_PRODUCT", field: None, remedy }.check(&client, &other).await;
}

#[tokio::test]
async fn of_elasticsearch() {
    let _alone = alone().await;
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let peer = elasticsearch();
    // Without security it takes any password.
    for changes in [json!({}), json!({"username": "app", "password": "no", "disableAuth": false})] {
        let data = diagnose(&client, &peer.body(&changes)).await;
        assert_eq!(
            (&data["success"], &data["server"]),
            (&json!(true), &json!({"product": "Elasticsearch", "version": "8.19.5"})),
            "{data}"
        );
    }
    let tls = json!({"serverUrl": format!("https://{}", peer.place())});
    let broken = Broken { case: "TLS", changes: tls, step: "tls", code: "TLS_FAILED", field: Some("serverUrl"), remedy: SPEAK_PLAIN };
    broken.check(&client, &peer.body(&json!({}))).await;
    let mut other = peer.body(&json!({}));
    other["datasourceType"] = json!("opensearch");
    let remedy = "the server is Elasticsearch: set datasourceType to elasticsearch";
    Broken { case: "other", changes: json!({}), step: "product", code: "OTHER_PRODUCT", field: None, remedy }.check(&client, &other).await;
    // As the fake does it refuses the official client of a later version.
    let script = "import elasticsearch as e\nprint(json.dumps(e.Elasticsearch(args, max_retries=0).info().body))";
    let refused = python_of("HEADWATER_TEST_SEARCH_PYTHON", script, &Value::from(peer.url.as_str())).await.expect_err("a later version");
    assert!(refused.contains("media_type_header_exception"), "{refused}");
}
