//! Servers over one store are each other's own endpoints.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::process::BOTH_STORES;
use crate::support::{Client, Setup};

const DENIED: &str = "this server's egress policy does not allow the host or port; ask the operator of this server to allow it";

fn clickhouse(host: &str, port: &str) -> Value {
    let credentials = json!({"name": "sibling", "host": host, "port": port.parse::<u16>().expect("port"), "username": "default", "password": "pw", "database": "default"});
    json!({"datasourceType": "clickhouse", "credentials": credentials})
}

async fn said(client: &Client, host: &str, port: &str) -> String {
    let answer = client.create(&clickhouse(host, port)).await;
    assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"), "{}", answer.text);
    answer.message().to_owned()
}

/// Threat S5: where a sibling shows its metrics is an endpoint of its own, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s5_a_siblings_metrics() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let (socket, port) = crate::support::closed_port();
    drop(socket);
    let mut sibling = setup.start_with(&[("HEADWATER_METRICS_LISTEN", &format!("127.0.0.1:{port}"))]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let port = port.to_string();
    for host in ["127.0.0.1", "localhost", "::ffff:127.0.0.1"] {
        assert_eq!(said(&client, host, &port).await, DENIED, "{host}");
    }
    assert!(server.logged("an endpoint of this server's own"));
    sibling.terminate();
    assert!(sibling.ended(Duration::from_secs(20)).success());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let gone = said(&client, "127.0.0.1", &port).await;
    assert!(gone.starts_with("the connection was refused"), "it has ended: {gone}");
}

/// Threat S5: the API of a sibling would be asked with this server's network position. It is refused in the profile `dev` too,
/// by whoever runs the drivers, for as long as the sibling runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s5_a_siblings_listener() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let token = setup.token("acme");
        for runner in ["in-process", "child"] {
            let server = setup.start_with(&[("HEADWATER_RUNNER", runner)]);
            let client = server.client(&token);
            // One listens on an address, the other on all of them.
            for listen in ["127.0.0.1:0", "0.0.0.0:0"] {
                let mut sibling = setup.start_with(&[("HEADWATER_LISTEN", listen)]);
                let (_, port) = sibling.address().rsplit_once(':').expect("a port");
                let port = port.to_owned();
                // What others there are is believed for half a second.
                tokio::time::sleep(Duration::from_secs(1)).await;
                for host in ["127.0.0.1", "localhost", "::ffff:127.0.0.1"] {
                    assert_eq!(said(&client, host, &port).await, DENIED, "{kind:?} {runner} {listen} {host}");
                }
                assert!(server.logged("an endpoint of this server's own"));
                // The other one refuses it likewise.
                let (_, own) = server.address().rsplit_once(':').expect("a port");
                let asked = sibling.base.replace("0.0.0.0", "127.0.0.1");
                assert_eq!(said(&Client::new(&asked, &token), "127.0.0.1", own).await, DENIED, "{kind:?} {runner}");
                sibling.terminate();
                assert!(sibling.ended(Duration::from_secs(20)).success());
                tokio::time::sleep(Duration::from_secs(1)).await;
                let gone = said(&client, "127.0.0.1", &port).await;
                assert!(gone.starts_with("the connection was refused"), "it has ended: {gone}");
            }
        }
    }
}
