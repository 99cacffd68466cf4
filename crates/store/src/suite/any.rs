//! A store of a test, and its database.

use std::ops::Deref;
use std::sync::Arc;

use secrecy::SecretString;

use crate::backend::{Row, Value};
use crate::migrations::migrate;
use crate::open::open_sql;
use crate::sql::SqlStore;
use crate::store::Store;

/// Any store, over a database of its own.
#[derive(Debug, Clone)]
pub struct Any(Arc<SqlStore>);

impl Any {
    async fn open(url: &SecretString) -> Self {
        Self(Arc::new(open_sql(url, 4).await.expect("a database")))
    }

    /// A store of this version over an empty database.
    pub async fn new(url: &SecretString) -> Self {
        let store = Self::open(url).await;
        store.migrate().await.expect("migrate");
        store.migrate().await.expect("migrate again");
        store
    }

    /// A store over a database that is still in the form of 0.1.0.
    pub async fn at_0001(url: &SecretString) -> Self {
        let store = Self::open(url).await;
        migrate(&*store.0.backend, 1).await.expect("migrate");
        store
    }

    /// The store, to be shared.
    pub(crate) fn shared(&self) -> Arc<dyn Store> {
        self.0.clone()
    }

    /// Runs a statement of the test's own; its rows.
    pub(crate) async fn sql(&self, sql: &'static str, values: &[Value<'_>]) -> Vec<Row> {
        self.0.backend.write().await.expect("a connection").query(sql, values).await.expect(sql)
    }

    /// Whether the database refuses a statement.
    pub(crate) async fn refuses(&self, sql: &'static str, values: &[Value<'_>]) -> bool {
        self.0.backend.write().await.expect("a connection").query(sql, values).await.is_err()
    }

    /// The one number that a statement answers.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.sql(sql, &[]).await[0].big(0).expect("a number")
    }
}

impl Deref for Any {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}
