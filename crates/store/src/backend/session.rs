//! What a database does for the store.

use std::fmt::Debug;

use async_trait::async_trait;

use super::value::{Row, Rows, Value};
use crate::error::StoreError;

/// A connection, inside a transaction or not. Dropping it inside one rolls back.
#[async_trait]
pub(crate) trait Session: Send {
    /// Runs a statement; all its rows.
    async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;

    /// Runs a statement; how many rows it touched.
    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a script.
    async fn script(&mut self, sql: &'static str) -> Result<(), StoreError>;

    /// Writes many rows: `values` one row after the other.
    async fn insert(&mut self, rows: &'static Rows, values: &[Value<'_>]) -> Result<(), StoreError>;

    /// Ends the transaction.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Takes back what the transaction did, and keeps its connection: dropped without an end, it would cost that.
    async fn roll_back(self: Box<Self>) -> Result<(), StoreError>;

    /// Runs a statement; its first row, if any.
    async fn first(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }
}

/// A database.
#[async_trait]
pub(crate) trait Backend: Debug + Send + Sync {
    /// Runs a statement that only reads; all its rows. It may be sent twice.
    async fn query(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;

    /// A connection for single statements that write.
    async fn write(&self) -> Result<Box<dyn Session>, StoreError>;

    /// A connection with a transaction begun.
    async fn begin(&self) -> Result<Box<dyn Session>, StoreError>;

    /// The same for a migration: other processes that migrate wait until it ends.
    async fn begin_migration(&self) -> Result<Box<dyn Session>, StoreError>;

    /// Proves that writing is possible by doing it, with a statement that may run twice; nobody has to wait in a line for it.
    async fn prove(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError>;

    /// The migrations in order: version, name, script.
    fn migrations(&self) -> &'static [(i32, &'static str, &'static str)];
}
