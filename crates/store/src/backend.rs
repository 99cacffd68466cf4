//! What the two databases have in common: statements with values in, rows out.

use std::fmt::Debug;

use async_trait::async_trait;
use sqlx::Row as _;
use uuid::Uuid;

use crate::error::StoreError;
use crate::model::{Definition, Hash, TableEntry, Tenant, Timestamp};

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    /// 64-bit number.
    Big(i64),
    /// 32-bit number.
    Int(i32),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// UUID.
    Uuid(Uuid),
    /// No value.
    Null,
}

impl<'a> Value<'a> {
    /// A value that may be absent.
    pub(crate) fn maybe<T>(value: Option<T>, kind: impl FnOnce(T) -> Value<'a>) -> Self {
        value.map_or(Value::Null, kind)
    }
}

/// A row of either database; columns by position.
pub(crate) enum Row {
    Postgres(tokio_postgres::Row),
    Sqlite(sqlx::sqlite::SqliteRow),
}

macro_rules! column {
    ($name:ident, $type:ty) => {
        pub(crate) fn $name(&self, column: usize) -> Result<$type, StoreError> {
            match self {
                Self::Postgres(row) => Ok(row.try_get(column)?),
                Self::Sqlite(row) => Ok(row.try_get(column)?),
            }
        }
    };
}

impl Row {
    column!(big, i64);
    column!(maybe_big, Option<i64>);
    column!(int, i32);
    column!(text, String);
    column!(maybe_text, Option<String>);
    column!(bytes, Vec<u8>);
    column!(uuid, Uuid);

    /// 32 bytes.
    pub(crate) fn hash(&self, column: usize) -> Result<Hash, StoreError> {
        self.bytes(column)?.try_into().map_err(|_| StoreError::Damaged("a hash is not 32 bytes long"))
    }
}

/// A connection, inside a transaction or not. Dropping it inside one rolls back.
#[async_trait]
pub(crate) trait Session: Send {
    /// Runs a statement; all its rows.
    async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;

    /// Runs a statement; how many rows it touched.
    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a script.
    async fn script(&mut self, sql: &'static str) -> Result<(), StoreError>;

    /// Writes definitions; those that are there already are only marked as staged anew.
    async fn insert_definitions(
        &mut self,
        tenant: Tenant,
        uuid: Uuid,
        definitions: &[Definition],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Writes the lines of a snapshot.
    async fn insert_entries(&mut self, snapshot: Uuid, entries: &[TableEntry]) -> Result<(), StoreError>;

    /// Ends the transaction.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Runs a statement; its first row, if any.
    async fn first(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }
}

/// A database.
#[async_trait]
pub(crate) trait Backend: Debug + Send + Sync {
    /// A connection for reading.
    async fn read(&self) -> Result<Box<dyn Session>, StoreError>;

    /// A connection for single statements that write.
    async fn write(&self) -> Result<Box<dyn Session>, StoreError>;

    /// A connection with a transaction begun.
    async fn begin(&self) -> Result<Box<dyn Session>, StoreError>;

    /// Makes other processes wait until the transaction ends.
    fn migration_lock(&self) -> Option<&'static str>;

    /// The migrations in order: version, name, script.
    fn migrations(&self) -> &'static [(i32, &'static str, &'static str)];
}
