//! What the egress policy refuses gets one answer, over every endpoint that opens a connection.

use serde_json::json;

use crate::support::{Setup, Source, StoreKind};

const DENIED: &str = "this server's egress policy does not allow the host or port; ask the operator of this server to allow it";

/// Threats S6 to S8: every spelling of a forbidden target, in the profile of a production server.
#[tokio::test]
async fn s7_s8_forbidden_targets() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_EGRESS", "private")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "::1",
        "[::1]",
        "0.0.0.0",
        "0",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "169.254.169.254",
        "169.254.1.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "fd00:ec2::254",
        "100.100.100.200",
        "metadata.google.internal",
        "metadata.google.internal.",
        "fe80::1",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let answer = client.create(&source.body_with("x", &json!({"host": host}))).await;
        assert_eq!((answer.code(), answer.message()), ((400, "CREDENTIAL_TEST_FAILED"), DENIED), "{host}");
    }
}

/// Threat S9: open, closed and filtered ports behind a forbidden address cannot be told apart.
#[tokio::test]
async fn s9_ports_behind_a_forbidden_address_look_alike() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_EGRESS", "private")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let open = client.create(&source.body("x")).await;
    let closed = client.create(&source.body_with("x", &json!({"port": 1}))).await;
    assert_eq!((open.status, &open.text), (closed.status, &closed.text));
    assert_eq!(open.message(), DENIED);
}

/// Threat S5: the server's own listener and its metadata database, in `dev` too, and by create, update and sync.
#[tokio::test]
async fn s5_own_listener_and_own_database() {
    let setup = Setup::new(StoreKind::Postgres).await;
    let (server, client) = setup.client();
    let source = Source::new().await;
    client.create(&source.body("x")).await.ok();
    let port = |address: &str| {
        address.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()).and_then(|p| p.parse::<u16>().ok()).expect("port")
    };
    for port in [port(server.address()), port(&setup.database_url)] {
        for host in ["127.0.0.1", "localhost", "::ffff:127.0.0.1"] {
            let target = json!({"host": host, "port": port, "username": "postgres", "password": "pw", "database": "postgres"});
            for answer in [client.create(&source.body_with("y", &target)).await, client.update(&source.body_with("x", &target)).await] {
                assert_eq!((answer.code(), answer.message()), ((400, "CREDENTIAL_TEST_FAILED"), DENIED), "{host}:{port}");
            }
        }
    }
    // What was allowed when it was stored is judged again at each sync.
    drop(server);
    let strict = setup.start_with(&[("HEADWATER_EGRESS", "private")]);
    let answer = strict.client(&setup.token("acme")).sync_name("x").await;
    assert_eq!((answer.status, answer.message()), (500, format!("Sync failed: {DENIED}").as_str()));
}

#[tokio::test]
async fn allow_and_deny_lists() {
    let setup = Setup::sqlite().await;
    let source = Source::new().await;
    let port = format!("port:{}", source.port);
    for (environment, allowed) in [
        (vec![("HEADWATER_EGRESS", "private"), ("HEADWATER_EGRESS_ALLOW", "127.0.0.0/8")], true),
        (vec![("HEADWATER_EGRESS", "private"), ("HEADWATER_EGRESS_ALLOW", "127.0.0.0/8,port:5432")], false),
        (vec![("HEADWATER_EGRESS", "dev"), ("HEADWATER_EGRESS_DENY", "127.0.0.1")], false),
        (vec![("HEADWATER_EGRESS", "dev"), ("HEADWATER_EGRESS_DENY", port.as_str())], false),
        (vec![("HEADWATER_EGRESS", "public"), ("HEADWATER_EGRESS_ALLOW", "127.0.0.1")], true),
    ] {
        let server = setup.start_with(&environment);
        let client = server.client(&setup.token("acme"));
        let answer = client.create(&source.body("x")).await;
        assert_eq!(answer.status == 200, allowed, "{environment:?}: {}", answer.text);
        client.delete("x").await;
    }
}
