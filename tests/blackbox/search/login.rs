//! Logging in over TLS with a password; what is told of logins that others may have.

use serde_json::{Value, json};

use super::peers::{Peer, secured};
use super::{body, cloud_id, elastic};
use crate::fakes::search::Fake;
use crate::fakes::tls::authority;
use crate::support::Setup;
use crate::support::diagnose::{diagnose, outcome};

#[tokio::test]
async fn over_tls_with_a_password() {
    over_tls_with_a_password_at(&secured(), "PROTOCOL_ERROR").await;
}

/// The same at any server, and what comes of plain HTTP to its port.
pub(crate) async fn over_tls_with_a_password_at(peer: &Peer, plain: &str) {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let port = peer.place().rsplit(':').next().expect("a port");
    let cloud = cloud_id(&format!("0.0.1:{port}$127$"));
    let ok = (json!("ok"), Value::Null);
    for (changes, wanted) in [
        (json!({}), ok.clone()),
        (json!({"serverUrl": peer.place()}), ok.clone()),
        (json!({"serverUrl": format!("{}/", peer.url)}), ok.clone()),
        // A scheme counts more.
        (json!({"ignoreSsl": true}), ok.clone()),
        (json!({"sslCa": null, "ignoreCertificate": true}), ok.clone()),
        (json!({"sslCa": null, "server_type": "elastic-cloud", "cloudId": cloud, "ignoreCertificate": true}), ok.clone()),
        (json!({"sslCa": null, "server_type": "open-cloud", "cloudId": cloud, "ignoreCertificate": true, "ignoreSsl": true}), ok),
        (json!({"sslCa": null}), (json!("tls"), json!("CERTIFICATE_UNTRUSTED"))),
        (json!({"password": "no"}), (json!("authenticate"), json!("AUTHENTICATION_FAILED"))),
        (json!({"username": "nobody"}), (json!("authenticate"), json!("AUTHENTICATION_FAILED"))),
        (json!({"disableAuth": true}), (json!("authenticate"), json!("AUTHENTICATION_FAILED"))),
        (json!({"serverUrl": peer.place(), "ignoreSsl": true, "sslCa": null}), (json!("authenticate"), json!(plain))),
    ] {
        assert_eq!(outcome(&client, &peer.body(&changes)).await, wanted, "{changes}");
    }
    let data = diagnose(&client, &peer.body(&json!({}))).await;
    let steps: Vec<_> = data["steps"].as_array().expect("steps").iter().map(|s| s["step"].as_str().expect("a name").to_owned()).collect();
    assert_eq!(steps, ["validate", "policy", "resolve", "connect", "tls", "authenticate", "product", "list", "read"]);
}

/// A login that goes as it is, or to whoever answers, is told of in the test, whether it succeeds, and in details.
#[tokio::test]
async fn who_else_may_have_the_login() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (plain, tls) = (Fake::default().start().await, Fake::default().start_with(true).await);
    let url = format!("https://localhost:{}", tls.port);
    for (name, body, wanted) in [
        ("plain", elastic(plain.port, &json!({})), json!("plain")),
        (
            "by a switch",
            body("elasticsearch", &format!("127.0.0.1:{}", plain.port), &json!({"ignoreSsl": true, "ignoreCertificate": true})),
            json!("plain"),
        ),
        ("unverified", body("elasticsearch", &url, &json!({"ignoreCertificate": true})), json!("unverified")),
        ("another switch", body("elasticsearch", &url, &json!({"sslVerify": "none"})), json!("unverified")),
        ("verified", body("elasticsearch", &url, &json!({"sslCa": authority()})), Value::Null),
    ] {
        for password in ["pw", "wrong"] {
            let data = diagnose(&client, &crate::support::diagnose::with(&body, &json!({"password": password}))).await;
            let told: Vec<_> = data["steps"].as_array().expect("steps").iter().filter(|step| step.get("protection").is_some()).collect();
            assert_eq!(told.len(), usize::from(!wanted.is_null()), "{name}: {data}");
            assert!(told.iter().all(|step| step["step"] == "authenticate" && step["protection"] == wanted), "{name}: {data}");
        }
        client.create(&crate::support::diagnose::with(&body, &json!({"name": name}))).await.ok();
        let details = client.get(&format!("/api/v2/datasource/details?datasourceName={}", name.replace(' ', "%20"))).await.ok();
        assert_eq!(details["data"].get("protection").cloned().unwrap_or_default(), wanted, "{name}");
    }
}
