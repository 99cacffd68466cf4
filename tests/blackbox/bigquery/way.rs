//! The way to Google, and to where the operator has it instead.

use serde_json::{Value, json};

use super::{body, fake, server, server_at};
use crate::support::Setup;
use crate::support::diagnose::{diagnose, failed, outcome};
use crate::support::peers::variable;

fn ca() -> Value {
    json!(std::fs::read_to_string(variable("HEADWATER_TEST_SOURCE_CA")).expect("a certificate"))
}

/// TLS with the API and with the token endpoint, each verified.
#[tokio::test]
async fn over_tls() {
    let setup = Setup::sqlite().await;
    let running = fake().start_with_tls().await;
    let (secure, plain) = (format!("https://localhost:{}", running.port), fake().start().await);
    let plain = format!("http://127.0.0.1:{}", plain.port);
    let wanted = |step: Value, code: Value| (step, code);
    let untrusted = wanted(json!("tls"), json!("CERTIFICATE_UNTRUSTED"));
    let address = secure.replace("localhost", "127.0.0.1");
    for (api, tokens, changes, said) in [
        (&secure, &secure, json!({"sslCa": ca()}), wanted(json!("ok"), Value::Null)),
        (&secure, &secure, json!({}), untrusted.clone()),
        (&plain, &secure, json!({}), wanted(json!("authenticate"), json!("CERTIFICATE_UNTRUSTED"))),
        (&address, &secure, json!({"sslCa": ca()}), wanted(json!("tls"), json!("CERTIFICATE_NAME"))),
    ] {
        let before = running.requests().len();
        let (_server, client) = server_at(&setup, api, tokens, &[]);
        assert_eq!(outcome(&client, &body(&changes)).await, said, "{api} {tokens}");
        assert_eq!(running.requests().len() > before, said.0 == "ok", "nothing is sent to who is not verified");
    }
}

/// Who cannot be reached is named where it is the other host.
#[tokio::test]
async fn no_way_to_tokens() {
    let setup = Setup::sqlite().await;
    let (running, secure) = (fake().start().await, fake().start_with_tls().await);
    let plain = format!("http://127.0.0.1:{}", running.port);
    let reach = "let this server reach bigquery.googleapis.com and oauth2.googleapis.com on port 443";
    let other =
        "something answers that is not Google: look for a proxy between, or at the place that this server's operator has set instead of it";
    let secure = (format!("https://localhost:{}", secure.port), format!("https://127.0.0.1:{}", secure.port));
    for (api, tokens, code, remedy) in [
        (&plain, "http://127.0.0.1:9", "CONNECTION_REFUSED", reach),
        (&plain, "https://127.0.0.1:9", "CONNECTION_REFUSED", reach),
        (&secure.0, &secure.1, "CERTIFICATE_NAME", other),
    ] {
        let (_server, client) = server_at(&setup, api, tokens, &[]);
        let data = diagnose(&client, &body(&json!({"sslCa": ca()}))).await;
        let step = failed(&data);
        let said = (step["step"].as_str(), step["code"].as_str(), step["remedy"].as_str());
        assert_eq!((step["field"].as_str(), said), (None, (Some("authenticate"), Some(code), Some(remedy))), "{tokens}: {data}");
    }
    assert!(running.requests().is_empty());
}

/// Threat S12: where the operator has Google is judged by the policy as any other host, each of the two.
#[tokio::test]
async fn s12_moved_endpoints_are_judged() {
    let setup = Setup::sqlite().await;
    let (running, tokens) = (fake().start().await, fake().start().await);
    let denied = format!("port:{}", tokens.port);
    for (rule, step) in [(("HEADWATER_EGRESS", "private"), "policy"), (("HEADWATER_EGRESS_DENY", denied.as_str()), "policy")] {
        let (server, client) = server(&setup, running.port, tokens.port, &[rule]);
        assert_eq!(outcome(&client, &body(&json!({}))).await, (json!(step), json!("TARGET_DENIED")));
        assert!(running.requests().is_empty() && tokens.requests().is_empty());
        assert!(server.log().contains("127.0.0.1"), "the log names the target");
    }
}

/// The key goes to the one, the token to the other, and nothing to anybody else.
#[tokio::test]
async fn s10_each_host_gets_its_own() {
    let setup = Setup::sqlite().await;
    let (running, tokens) = (fake().start().await, fake().start().await);
    let (_server, client) = server(&setup, running.port, tokens.port, &[]);
    client.create(&body(&json!({}))).await.ok();
    assert_eq!(tokens.requests().iter().map(|r| r.path.clone()).collect::<Vec<_>>(), ["/token"]);
    assert!(tokens.requests().iter().all(|r| r.header("authorization").is_none()));
    assert!(running.requests().iter().all(|r| r.path != "/token" && !r.body.contains("assertion") && r.header("authorization").is_some()));
}
