//! `OpenSearch` with its security plug-in, and Elasticsearch without: what is read beside what their official clients are told.
//!
//! Peers: opensearch, elasticsearch, elasticsearch-8, osmem, tls.

mod catalog;
mod failures;
mod listed;

use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::fakes::tls::authority;
use crate::search::peers::{Peer, open_to_all};
use crate::support::Setup;
use crate::support::cache::cached;
use crate::support::peers::variable;

/// One test at a time: what one blocks or deletes the others would find.
async fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::const_new(());
    ONE.lock().await
}

fn opensearch() -> Peer {
    let url = variable("HEADWATER_TEST_OPENSEARCH_URL");
    Peer { kind: "opensearch", url, login: json!({"sslCa": authority()}), filler: Some(("admin", "pw")) }
}

fn elasticsearch() -> Peer {
    Peer { kind: "elasticsearch", url: variable("HEADWATER_TEST_ELASTICSEARCH_URL"), login: open_to_all(), filler: None }
}

/// Both, and every test's own beginning of names.
fn both() -> [Peer; 2] {
    [opensearch(), elasticsearch()]
}

fn prefix() -> String {
    format!("r{}", &uuid::Uuid::new_v4().simple().to_string()[..12])
}

/// What is read as this user, of what has the prefix in its name.
async fn read(setup: &Setup, peer: &Peer, name: &str, changes: &Value, prefix: &str) -> Vec<Value> {
    let (_server, client) = setup.client();
    let mut changes = changes.clone();
    changes["name"] = json!(name);
    client.create(&peer.body(&changes)).await.ok();
    let mut tables = cached(setup, name).await;
    tables.retain(|table| table["table"].as_str().is_some_and(|name| name.contains(prefix)));
    tables
}

/// Names of tables, with what they are.
fn names(tables: &[Value], prefix: &str) -> Vec<String> {
    let of = |table: &Value| {
        format!("{} {}", table["table"].as_str().unwrap_or_default().replace(prefix, "p"), table["kind"].as_str().unwrap_or_default())
    };
    tables.iter().map(of).collect()
}
