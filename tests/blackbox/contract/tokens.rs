//! Who may come in.

use std::time::Duration;

use serde_json::json;

use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source};

#[tokio::test]
async fn malformed_unknown_expired_and_revoked_tokens() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        let (name, other) = (setup.token("acme"), setup.token("acme"));
        let brief = setup.run(&["token", "create", "--org", "acme", "--expires-in", "2s"]);
        assert_eq!(server.client(&brief).get("/api/v2/datasource").await.status, 200);
        let unknown = format!("dbn_live_{}", "A".repeat(43));
        for token in [
            "",
            "x",
            "dbn_live_",
            "dbn_live_abc123",
            unknown.as_str(),
            "ba8e6e45-d864-4d00-a07a-008507828114",
            &name[1..],
            &format!("{name}A"),
        ] {
            let answer = client.with_token(token).get("/api/v2/datasource").await;
            assert_eq!((answer.code(), answer.message()), ((401, "AUTHENTICATION_ERROR"), "API key is invalid or expired"), "{token}");
        }
        let revoked = server.client(&other);
        assert_eq!(revoked.get("/api/v2/datasource").await.status, 200);
        let listed = setup.run(&["token", "list"]);
        assert!(!listed.contains("dbn_live_"), "tokens are shown once");
        let id = listed.lines().nth(3).and_then(|l| l.split_whitespace().next()).expect("id").to_owned();
        setup.run(&["token", "revoke", &id]);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(revoked.get("/api/v2/datasource").await.code(), (401, "AUTHENTICATION_ERROR"), "revocation holds within a second");
        assert_eq!(server.client(&name).get("/api/v2/datasource").await.status, 200, "the others live on");
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        assert_eq!(server.client(&brief).get("/api/v2/datasource").await.code(), (401, "AUTHENTICATION_ERROR"), "expired");
    }
}

#[tokio::test]
async fn a_read_token_reads() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let source = Source::new().await;
    client.create(&source.body("x")).await.ok();
    let reader = server.client(&setup.run(&["token", "create", "--org", "acme", "--scope", "read", "--name", "ci"]));
    assert_eq!(reader.names().await, ["x"]);
    assert_eq!(reader.progress("x").await.status, 200);
    for answer in [
        reader.create(&source.body("y")).await,
        reader.update(&source.body("x")).await,
        reader.delete("x").await,
        reader.sync_name("x").await,
        reader.create(&json!([])).await,
    ] {
        assert_eq!(
            (answer.code(), answer.message()),
            ((401, "AUTHENTICATION_ERROR"), "this token is read-only: use a token of scope write")
        );
    }
    assert_eq!(client.names().await, ["x"]);
}

/// Other ways of presenting a token than the contract's are refused.
#[tokio::test]
async fn other_ways_of_presenting_a_token() {
    let setup = Setup::sqlite().await;
    let server = setup.start();
    let token = setup.token("acme");
    let stranger = server.client("");
    for (header, value) in [
        ("authorization", token.clone()),
        ("authorization", format!("Basic {token}")),
        ("x-api-key", token.clone()),
        ("cookie", format!("token={token}")),
    ] {
        let request = stranger.request(reqwest::Method::GET, "/api/v2/datasource").header(header, value);
        assert_eq!(stranger.send(request).await.status, 401, "{header}");
    }
    assert_eq!(stranger.get(&format!("/api/v2/datasource?token={token}")).await.status, 401);
}
