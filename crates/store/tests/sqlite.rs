//! The conformance suite on SQLite.

async fn sqlite() -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("folder");
    (format!("sqlite:{}", folder.path().join("store.db").display()), folder)
}

store::store_suite!(sqlite);
