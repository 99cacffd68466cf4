//! `POST /api/v2/datasource/test`: what is said of set-ups that work, and of those that are broken on purpose.
//!
//! Peers: postgres, ssh, tls.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use crate::postgres::ssh::{file, tunnel};
use crate::support::diagnose::{diagnose, failed};
use crate::support::peers::text;
use crate::support::{Client, Setup, Source};

fn steps(data: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().expect("text").to_owned();
    data["steps"].as_array().expect("steps").iter().map(|s| (text(&s["step"]), text(&s["status"]))).collect()
}

#[tokio::test]
async fn what_works_is_told_step_by_step() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create schema other; create table t (id int, n text); create view other.v as select 1 as one").await;
    let data = diagnose(&client, &source.body("not stored")).await;
    let ok = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), "ok".to_owned())).collect::<Vec<_>>();
    assert_eq!(steps(&data), ok(&["validate", "policy", "connect", "authenticate", "database", "list", "read"]));
    assert_eq!(data["success"], true);
    assert_eq!(data["counts"], json!({"schemas": 2, "tables": 2, "columns": 3}));
    assert_eq!(data["server"]["product"], "PostgreSQL");
    assert!(data["durationMs"].is_u64());
    assert_eq!(client.names().await, [""; 0], "nothing is stored");

    let ca = text("tls", "ca.pem");
    let all = tunnel(&json!({"host": "localhost", "sshHost": "localhost", "sslMode": true, "sslCa": ca}));
    let data = diagnose(&client, &source.body_with("x", &all)).await;
    let every = [
        "validate",
        "policy",
        "resolve",
        "ssh.connect",
        "ssh.host_key",
        "ssh.auth",
        "connect",
        "tls",
        "authenticate",
        "database",
        "list",
        "read",
    ];
    assert_eq!(steps(&data), ok(&every));

    client.create(&source.body("stored")).await.ok();
    assert_eq!(diagnose(&client, &json!({"datasourceName": "stored"})).await["success"], true);
    source.admin_sql(&format!("alter role {} password 'other'", source.user)).await;
    assert_eq!(failed(&diagnose(&client, &json!({"datasourceName": "stored"})).await)["code"], "AUTHENTICATION_FAILED");
}

/// A server that speaks PostgreSQL up to TLS, with a certificate for `localhost` that ended in 2021; and its authority.
async fn expired() -> (u16, String) {
    let mut authority = CertificateParams::new(vec![]).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("key")).expect("authority");
    let key = KeyPair::generate().expect("key");
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let chain = vec![params.signed_by(&key, &authority).expect("certificate").der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let acceptor = TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(chain, key).expect("configuration")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                stream.read_exact(&mut [0; 8]).await?;
                stream.write_all(b"S").await?;
                acceptor.accept(stream).await.map(drop)
            });
        }
    });
    (port, authority.pem())
}

/// Broken set-ups: the right step, code, field and remedy; what comes after is skipped.
#[tokio::test]
async fn what_is_broken_is_named() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "3s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let user = &source.user;
    source.admin_sql("create schema closed; revoke all on schema closed from public").await;
    source.admin_sql(&format!("create role nologin_{user} password 'pw'; create role few_{user} login password 'pw' connection limit 0; create role out_{user} login password 'pw'; revoke connect on database {user} from public; grant connect on database {user} to few_{user}, {user}")).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let silent = listener.local_addr().expect("address").port();
    let ca = text("tls", "ca.pem");
    let (expired_port, expired_ca) = expired().await;
    let rows: Vec<(Value, &str, &str, Option<&str>, String)> = vec![
        (json!({"port": 1}), "connect", "CONNECTION_REFUSED", Some("port"), "check host and port, and that the server is running".into()),
        (json!({"port": silent}), "authenticate", "TIMED_OUT", None, "check host, port and firewalls between".into()),
        (json!({"host": "no-such-host.invalid"}), "resolve", "HOST_NOT_FOUND", Some("host"), "check the spelling of the host".into()),
        (json!({"host": "169.254.169.254"}), "policy", "TARGET_DENIED", Some("host"), "ask the operator of this server to allow it".into()),
        (json!({"password": "wrong"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), "check username and password".into()),
        (
            json!({"username": format!("nologin_{user}")}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            "check username and password".into(),
        ),
        (json!({"database": "nope"}), "database", "DATABASE_NOT_FOUND", Some("database"), "check database".into()),
        (json!({"schema": "nope"}), "list", "SCHEMA_NOT_FOUND", Some("schema"), "check schema".into()),
        (
            json!({"schema": "closed"}),
            "list",
            "NO_PRIVILEGE",
            Some("username"),
            format!("run GRANT USAGE ON SCHEMA \"closed\" TO \"{user}\""),
        ),
        (
            json!({"username": format!("out_{user}")}),
            "authenticate",
            "NO_PRIVILEGE",
            Some("username"),
            format!("run GRANT CONNECT ON DATABASE \"{user}\" TO \"out_{user}\""),
        ),
        (
            json!({"username": format!("few_{user}")}),
            "authenticate",
            "TOO_MANY_CONNECTIONS",
            None,
            "raise the server's or the user's connection limit, or try again later".into(),
        ),
        (json!({"sslMode": true}), "tls", "CERTIFICATE_UNTRUSTED", Some("sslCa"), "give the authority's certificate (PEM) as sslCa".into()),
        (
            json!({"sslMode": true, "sslCa": ca}),
            "tls",
            "CERTIFICATE_NAME",
            Some("host"),
            "use the name in the certificate as host, or set sslVerify to ca".into(),
        ),
        (
            json!({"host": "localhost", "port": expired_port, "sslMode": true, "sslCa": expired_ca}),
            "tls",
            "CERTIFICATE_EXPIRED",
            None,
            "renew the certificate".into(),
        ),
        (
            tunnel(&json!({"sshPort": 1})),
            "ssh.connect",
            "CONNECTION_REFUSED",
            Some("sshPort"),
            "check sshHost and sshPort, and that the server is running".into(),
        ),
        (
            tunnel(&json!({"sshHostKey": file("other_host.pub")})),
            "ssh.host_key",
            "HOST_KEY_CHANGED",
            Some("sshHostKey"),
            "make sure that it is your server, then update the datasource with its new key as sshHostKey".into(),
        ),
        (
            tunnel(&json!({"sshPrivateKey": file("stranger")})),
            "ssh.auth",
            "SSH_REJECTED",
            Some("sshUsername"),
            "check sshUsername, and that the public key is in the server's authorized_keys".into(),
        ),
        (
            tunnel(&json!({"port": 1})),
            "connect",
            "CONNECTION_REFUSED",
            Some("port"),
            "check host and port, and that the server is running".into(),
        ),
    ];
    for (changes, step, code, field, remedy) in rows {
        let data = diagnose(&client, &source.body_with("x", &changes)).await;
        let failure = failed(&data);
        let field = field.map(|f| format!("/credentials/{f}"));
        let told = (failure["step"].as_str(), failure["code"].as_str(), failure["field"].as_str(), failure["remedy"].as_str());
        assert_eq!(told, (Some(step), Some(code), field.as_deref(), Some(remedy.as_str())), "{data}");
        assert_eq!((&data["success"], &data["counts"]), (&json!(false), &Value::Null));
        let at = steps(&data).iter().position(|(_, status)| status == "failed").expect("failed");
        assert!(steps(&data)[..at].iter().all(|(_, status)| status == "ok"), "{data}");
        assert!(steps(&data)[at + 1..].iter().all(|(_, status)| status == "skipped"), "{data}");
        // Create says the same in its one sentence.
        let answer = client.create(&source.body_with("x", &changes)).await;
        assert_eq!(answer.message(), format!("{}; {remedy}", failure["message"].as_str().expect("message")));
    }
}

/// Threat S9: a denied target gets one constant answer, whatever lies behind it.
#[tokio::test]
async fn s9_denied_targets_look_alike() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_EGRESS", "private")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let mut answers = Vec::new();
    for changes in [json!({}), json!({"port": 1}), json!({"host": "localhost"}), json!({"host": "169.254.169.254"})] {
        let data = diagnose(&client, &source.body_with("x", &changes)).await;
        let mut told: Vec<Value> = data["steps"].as_array().expect("steps").clone();
        told.retain(|step| step["step"] != "resolve" && step["step"] != "validate");
        answers.push((told, data["durationMs"].clone()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(answers[0].1, 0);
}

#[tokio::test]
async fn bodies_of_the_test() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let post = async |client: &Client, body: Value| {
        client.send(client.request(reqwest::Method::POST, "/api/v2/datasource/test").json(&body)).await
    };
    for (body, code, message) in [
        (json!({}), "INVALID_REQUEST_BODY", "\"datasourceType\" is required"),
        (json!({"datasourceName": 5}), "INVALID_REQUEST_BODY", "\"datasourceName\" must be a string"),
        (json!({"datasourceName": "nope"}), "DATASOURCE_NAME_ERROR", "Datasource not found"),
        (json!({"datasourceType": "postgres", "credentials": {"name": "x"}}), "INVALID_REQUEST_BODY", "\"credentials.host\" is required"),
    ] {
        let answer = post(&client, body).await;
        assert_eq!((answer.code(), answer.message()), ((400, code), message));
    }
    let source = Source::new().await;
    client.create(&source.body("x")).await.ok();
    let other = server.client(&setup.token("other"));
    assert_eq!(post(&other, json!({"datasourceName": "x"})).await.code(), (400, "DATASOURCE_NAME_ERROR"), "another organisation's");
    let reader = server.client(&setup.run(&["token", "create", "--org", "acme", "--scope", "read"]));
    assert_eq!(post(&reader, source.body("y")).await.code().0, 401);
}
