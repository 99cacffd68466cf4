//! The committed store of version 0.1.0, and what that version answered about it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use store::Store;

use crate::support::{Server, Setup, StoreKind};

#[derive(Deserialize)]
pub(super) struct Recorded {
    pub(super) tokens: HashMap<String, String>,
    pub(super) answers: Vec<RecordedAnswer>,
}

#[derive(Deserialize)]
pub(super) struct RecordedAnswer {
    pub(super) token: String,
    pub(super) path: String,
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) body: String,
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/database-0001").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).expect(name)
}

/// The store in a place of its own, as 0.1.0 left it.
pub(super) async fn restored(kind: StoreKind) -> (Setup, Recorded) {
    let mut setup = Setup::new(kind).await;
    text("master.keys").trim().clone_into(&mut setup.master_keys);
    let recorded = match kind {
        StoreKind::Sqlite => {
            std::fs::copy(file("sqlite.db"), setup.database_url.trim_start_matches("sqlite:")).expect("copied");
            "sqlite.json"
        }
        StoreKind::Postgres => {
            setup.sql(&text("postgres.sql")).await;
            "postgres.json"
        }
    };
    (setup, serde_json::from_str(&text(recorded)).expect("recorded answers"))
}

/// What is said since then of two of its datasources, whose options would be refused today.
const WARNED: [(&str, &str); 2] = [
    ("=tls%20options%20without%20a%20mode", "\\\"credentials.sslVerify\\\" needs TLS: set sslMode"),
    ("=ssh%20fields%20without%20a%20tunnel", "\\\"credentials.sshHost\\\" needs a tunnel: set sshTunnel to enable"),
];

/// The answer without its warnings, which must be there where something is to be warned of, and nowhere else.
fn without_warnings(path: &str, body: &str) -> String {
    let warned = WARNED.iter().find(|(part, _)| path.contains("/details") && path.contains(part));
    match (body.split_once(",\"warnings\":["), warned) {
        (Some((before, warnings)), Some((_, wanted))) => {
            assert!(warnings.starts_with(&format!("\"{wanted}\"")), "{path}: {warnings}");
            format!("{before}}}}}")
        }
        (None, None) => body.to_owned(),
        (found, _) => panic!("{path}: {found:?}"),
    }
}

/// Asks everything that was recorded but what `changed` names, byte for byte.
pub(super) async fn answers_the_same(server: &Server, recorded: &Recorded, changed: &[&str]) {
    for wanted in recorded.answers.iter().filter(|wanted| !changed.iter().any(|part| wanted.path.contains(part))) {
        let answer = server.client(&recorded.tokens[&wanted.token]).get(&wanted.path).await;
        let tag = answer.headers.get("etag").map(|tag| tag.to_str().expect("text"));
        assert_eq!(
            (answer.status, without_warnings(&wanted.path, &answer.text).as_str(), tag),
            (wanted.status, wanted.body.as_str(), wanted.etag.as_deref()),
            "{}",
            wanted.path
        );
    }
}

/// The store itself.
pub(super) async fn opened(setup: &Setup) -> Arc<dyn Store> {
    store::open(&setup.database_url.as_str().into(), 1).await.expect("store")
}

/// How much in it is in the form of 0.1.0.
pub(super) async fn left(setup: &Setup) -> i64 {
    let sql = "select (select count(*) from definition_0001) + (select count(*) from snapshot_table_0001) \
               + (select count(*) from datasource where profile is null)";
    setup.number(sql).await
}
