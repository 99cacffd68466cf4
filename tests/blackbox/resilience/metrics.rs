//! Who sees the metrics.
//!
//! Peers: postgres.

use serde_json::json;

use crate::support::{Client, Setup, Source, headwater};

/// With a token, metrics are for whoever has it; service tokens are others.
#[tokio::test]
async fn metrics_with_a_token() {
    let setup = Setup::sqlite().await;
    let file = tempfile::NamedTempFile::new().expect("file");
    std::fs::write(file.path(), "from-a-file-0123456789\n").expect("written");
    let path = file.path().to_str().expect("text").to_owned();
    for (setting, token) in [
        (("HEADWATER_METRICS_TOKEN", "given-0123456789abcdef"), "given-0123456789abcdef"),
        (("HEADWATER_METRICS_TOKEN_FILE", path.as_str()), "from-a-file-0123456789"),
    ] {
        let server = setup.start_with(&[setting]);
        assert_eq!(server.client(token).get("/metrics").await.status, 200);
        for wrong in [setup.token("acme").as_str(), "x", &token[1..]] {
            assert_eq!(server.client(wrong).get("/metrics").await.code(), (401, "AUTHENTICATION_ERROR"), "{wrong}");
        }
        assert_eq!(server.client(token).get("/api/v2/datasource").await.status, 401, "it opens nothing else");
        assert!(!server.log().contains(token));
    }
    let short = headwater(
        &["serve"],
        &[
            ("DATABASE_URL", &setup.database_url),
            ("HEADWATER_MASTER_KEYS", &setup.master_keys),
            ("HEADWATER_METRICS_TOKEN", "short"),
            ("HEADWATER_LISTEN", "127.0.0.1:0"),
        ],
    );
    assert!(!short.status.success() && String::from_utf8_lossy(&short.stderr).contains("HEADWATER_METRICS_TOKEN"));
}

/// Threat S5: on a listener of their own they are nowhere else, and it is no datasource.
#[tokio::test]
async fn s5_metrics_on_their_own_listener() {
    let setup = Setup::sqlite().await;
    let (socket, port) = crate::support::closed_port();
    drop(socket);
    let listen = format!("127.0.0.1:{port}");
    let server = setup.start_with(&[("HEADWATER_METRICS_LISTEN", &listen)]);
    let client = server.client(&setup.token("acme"));
    assert_eq!(client.get("/metrics").await.status, 404);
    let alone = Client::new(&format!("http://{listen}"), "none");
    assert!(alone.get("/metrics").await.text.contains("headwater_build_info"));
    assert_eq!(alone.get("/api/v2/datasource").await.status, 404);
    let answer = client.create(&Source::new().await.body_with("x", &json!({"host": "127.0.0.1", "port": port}))).await;
    assert!(answer.message().contains("egress policy"), "{}", answer.text);
}
