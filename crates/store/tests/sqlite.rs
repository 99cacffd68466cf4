//! The conformance suite on SQLite.

use std::sync::Arc;

use store::Store;

async fn sqlite() -> Arc<dyn Store> {
    let folder = tempfile::tempdir().expect("folder").keep();
    let url = format!("sqlite:{}", folder.join("store.db").display());
    let store = store::open(&url.into(), 4).await.expect("open");
    store.migrate().await.expect("migrate");
    store.migrate().await.expect("migrate again");
    store
}

store::store_suite!(sqlite);
