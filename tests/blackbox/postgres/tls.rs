//! TLS against a real server: what is verified, and what is never sent.
//!
//! Peers: tls, postgres-own.

use serde_json::json;

use crate::support::diagnose::outcome;
use crate::support::peers::{path, text};
use crate::support::{Setup, Source};

#[tokio::test]
async fn r8_modes() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let ca = text("tls", "ca.pem");
    let untrusted = "the server's certificate is not signed by a trusted authority; give the authority's certificate (PEM) as sslCa";
    let wrong_name = "the server's certificate is for another host name; use the name in the certificate as host, or set sslVerify to ca";
    for (n, (changes, message)) in [
        (json!({"sslMode": false}), ""),
        (json!({"sslMode": true}), untrusted),
        (json!({"sslMode": true, "host": "localhost", "sslCa": ca}), ""),
        (json!({"sslMode": true, "host": "127.0.0.1", "sslCa": ca}), wrong_name),
        (json!({"sslMode": true, "host": "127.0.0.1", "sslCa": ca, "sslVerify": "full"}), wrong_name),
        (json!({"sslMode": true, "host": "127.0.0.1", "sslCa": ca, "sslVerify": "ca"}), ""),
        (json!({"sslMode": true, "host": "localhost", "sslVerify": "ca"}), untrusted),
        (json!({"sslMode": true, "sslVerify": "none"}), ""),
        (json!({"sslMode": true, "sslCa": "no PEM"}), "\"credentials.sslCa\" must be a certificate in PEM, BEGIN and END lines included"),
        // Taken and unused, this was a connection in the clear that looked verified.
        (json!({"sslVerify": "full", "sslCa": ca}), "\"credentials.sslVerify\" needs TLS: set sslMode"),
        (json!({"sslMode": false, "sslCa": ca}), "\"credentials.sslCa\" needs TLS: set sslMode"),
        (json!({"sslVerify": null, "sslCa": ""}), ""),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = client.create(&source.body_with(&format!("x{n}"), &changes)).await;
        assert_eq!(answer.message(), message, "{n}: {}", answer.text);
        assert_eq!(answer.status == 200, message.is_empty(), "{n}");
    }
}

/// The certificate of a server that signed it itself, given as `sslCa`: it is an authority by the defaults of openssl, and libpq takes it.
#[tokio::test]
async fn a_servers_own_certificate() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::on_own_certificate().await;
    let own = text("tls", "own.pem");
    for (n, (changes, code)) in [
        (json!({"host": "localhost", "sslCa": own}), ""),
        (json!({"host": "localhost", "sslCa": own, "sslVerify": "ca"}), ""),
        (json!({"host": "127.0.0.1", "sslCa": own, "sslVerify": "ca"}), ""),
        // The name is checked all the same.
        (json!({"host": "127.0.0.1", "sslCa": own}), "CERTIFICATE_NAME"),
        // Another certificate of the same key, or an authority that signed neither.
        (json!({"host": "localhost", "sslCa": text("tls", "server.pem")}), "CERTIFICATE_UNTRUSTED"),
        (json!({"host": "localhost", "sslCa": text("tls", "ca.pem")}), "CERTIFICATE_UNTRUSTED"),
        (json!({"host": "localhost"}), "CERTIFICATE_UNTRUSTED"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = source.body_with(&format!("x{n}"), &changes);
        body["credentials"]["sslMode"] = json!(true);
        let step = if code.is_empty() { "ok" } else { "tls" };
        let (found, told) = outcome(&client, &body).await;
        assert_eq!((found.as_str(), told.as_str().unwrap_or_default()), (Some(step), code), "{n}");
    }
}

/// A role that must use TLS, and one that must not: the text says what to set.
#[tokio::test]
async fn servers_that_insist() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let file = path("postgres", "data/pg_hba.conf");
    let rules = std::fs::read_to_string(&file).expect("pg_hba.conf");
    std::fs::write(&file, format!("hostnossl {} all 127.0.0.1/32 reject\n{rules}", source.database)).expect("written");
    source.admin_sql("select pg_reload_conf(), pg_sleep(0.3)").await;
    let answer = client.create(&source.body("x")).await;
    let message = answer.message().to_owned();
    std::fs::write(&file, rules).expect("written");
    let admin = Source::new().await;
    admin.admin_sql("select pg_reload_conf()").await;
    // The server's answer is the same whether it misses TLS or a rule, in whatever language: so both are said.
    assert_eq!(
        message,
        "authentication failed: the server does not admit this user, database and client address; set sslMode to true if the server takes this user over TLS only; otherwise add a rule for user, database and client address to pg_hba.conf"
    );
}

/// A role that proves itself by certificate, over verified TLS.
#[tokio::test]
async fn client_certificates() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.admin_sql("do $$ begin create role certuser login; exception when duplicate_object or unique_violation then null; end $$").await;
    let pem = |name: &str| text("tls", name);
    let base = json!({"host": "localhost", "sslMode": true, "sslCa": pem("ca.pem"), "username": "certuser", "password": "", "sslCert": pem("client.pem"), "sslKey": pem("client.key")});
    client.create(&source.body_with("x", &base)).await.ok();
    client.sync_name("x").await.ok();
    let with = |key: &str, value: serde_json::Value| {
        let mut body = source.body_with("y", &base);
        body["credentials"][key] = value;
        body
    };
    let no_certificate = "\"credentials.sslCert\" must be a certificate in PEM, BEGIN and END lines included";
    let no_key = "\"credentials.sslKey\" must be the private key in PEM that belongs to sslCert, BEGIN and END lines included";
    for (body, message) in [
        (with("sslKey", json!(pem("server.key"))), no_key),
        (with("sslKey", json!("/etc/passwd")), no_key),
        (with("sslCert", json!("x")), no_certificate),
    ] {
        assert_eq!(client.create(&body).await.message(), message);
    }
    let mut without = source.body_with("y", &base);
    without["credentials"].as_object_mut().expect("object").remove("sslKey");
    assert_eq!(client.create(&without).await.message(), "\"credentials.sslKey\" is required");
    without["credentials"].as_object_mut().expect("object").remove("sslCert");
    assert_eq!(client.create(&without).await.code(), (400, "CREDENTIAL_TEST_FAILED"), "no certificate, no way in");
}
