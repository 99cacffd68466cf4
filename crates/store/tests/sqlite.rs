//! The conformance suite on SQLite.

async fn sqlite() -> String {
    let folder = tempfile::tempdir().expect("folder").keep();
    format!("sqlite:{}", folder.join("store.db").display())
}

store::store_suite!(sqlite);
