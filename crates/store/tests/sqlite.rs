//! The conformance suite on SQLite.

use std::sync::Arc;

use store::{SqliteStore, Store};

async fn sqlite() -> Arc<dyn Store> {
    let folder = tempfile::tempdir().expect("folder").keep();
    let options = format!("sqlite:{}", folder.join("store.db").display()).parse().expect("url");
    let store = SqliteStore::open(options, 4).await.expect("open");
    store.migrate().await.expect("migrate");
    store.migrate().await.expect("migrate again");
    Arc::new(store)
}

store::store_suite!(sqlite);
