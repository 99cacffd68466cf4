//! The store over either database; each part of it is written in its own folder.

use std::sync::Arc;

use crate::backend::{Backend, Row, Value};
use crate::error::StoreError;

/// All parts of the store over one database.
#[derive(Debug, Clone)]
pub(crate) struct SqlStore {
    pub(crate) backend: Arc<dyn Backend>,
}

impl SqlStore {
    /// A store over `backend`.
    pub(crate) fn new(backend: impl Backend + 'static) -> Self {
        Self { backend: Arc::new(backend) }
    }

    /// All rows of a statement that reads.
    pub(crate) async fn all<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.backend.query(sql, values).await?.iter().map(read).collect()
    }

    /// The first row of a statement that reads.
    pub(crate) async fn one<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.backend.query(sql, values).await?.first().map(read).transpose()
    }

    /// Runs a statement that writes; how many rows it touched.
    pub(crate) async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.backend.write().await?.execute(sql, values).await
    }
}
