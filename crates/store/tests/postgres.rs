//! The conformance suite on PostgreSQL.

use std::sync::Arc;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use store::{PostgresStore, Store};

async fn postgres() -> Arc<dyn Store> {
    let url = std::env::var("HEADWATER_TEST_STORE_URL")
        .expect("HEADWATER_TEST_STORE_URL names a PostgreSQL server: run ./test, which starts one");
    let admin: PgConnectOptions = url.parse().expect("url");
    let name = format!("suite_{}", uuid::Uuid::new_v4().simple());
    let mut connection = admin.connect().await.expect("server");
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.expect("database");
    let store = PostgresStore::connect(admin.database(&name), 4).await.expect("connect");
    store.migrate().await.expect("migrate");
    store.migrate().await.expect("migrate again");
    Arc::new(store)
}

store::store_suite!(postgres);
