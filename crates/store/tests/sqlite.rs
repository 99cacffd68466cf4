//! The conformance suite on SQLite.

#[expect(clippy::unused_async, reason = "the suite waits for a store of either database")]
async fn sqlite() -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("folder");
    (format!("sqlite:{}", folder.path().join("store.db").display()), folder)
}

store::store_suite!(sqlite);
