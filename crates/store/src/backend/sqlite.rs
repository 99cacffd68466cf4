//! The embedded database: one SQLite file.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::query_builder::Separated;
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::session::{Backend, Session};
use super::value::{Row, Rows, Value};
use crate::error::StoreError;
use crate::migrations::scripts;

/// So many values go in one statement. Fewer, larger statements: each is a trip to the connection's thread and back.
const VALUES: usize = 3_600;

/// One writing and a few reading connections to a SQLite file in WAL mode.
#[derive(Debug, Clone)]
pub(crate) struct SqliteFile {
    read: SqlitePool,
    write: SqlitePool,
}

impl SqliteFile {
    /// Opens the file, making it if need be, with at most `connections` readers.
    pub(crate) async fn open(options: SqliteConnectOptions, connections: u32) -> Result<Self, StoreError> {
        let options = options
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An answered request survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            // Deleted credentials do not linger in free pages.
            .pragma("secure_delete", "on")
            .disable_statement_logging();
        let pool = |n: u32| SqlitePoolOptions::new().max_connections(n).acquire_timeout(Duration::from_secs(10)).test_before_acquire(false);
        // The writer comes first: it makes the file.
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(connections.min(4)).connect_with(options).await?;
        Ok(Self { read, write })
    }
}

#[async_trait]
impl Backend for SqliteFile {
    async fn read(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(SqliteSession::Plain(self.read.acquire().await?)))
    }

    async fn write(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(SqliteSession::Plain(self.write.acquire().await?)))
    }

    async fn begin(&self) -> Result<Box<dyn Session>, StoreError> {
        // Another process (the command line) may hold the write lock: wait for it here, not in the middle.
        Ok(Box::new(SqliteSession::Transaction(self.write.begin_with("begin immediate").await?)))
    }

    fn migration_lock(&self) -> Option<&'static str> {
        None
    }

    fn migrations(&self) -> &'static [(i32, &'static str, &'static str)] {
        scripts::SQLITE
    }
}

enum SqliteSession {
    Plain(PoolConnection<Sqlite>),
    Transaction(sqlx::Transaction<'static, Sqlite>),
}

impl SqliteSession {
    fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Plain(connection) => connection,
            Self::Transaction(connection) => connection,
        }
    }
}

fn bound<'q>(sql: &'static str, values: &[Value<'q>]) -> Query<'q, Sqlite, SqliteArguments> {
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Big(value) => query.bind(value),
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
        Value::Uuid(value) => query.bind(value),
        Value::Null => query.bind(None::<i64>),
    })
}

fn push(row: &mut Separated<'_, Sqlite, &'static str>, value: Value<'_>) {
    match value {
        Value::Big(value) => row.push_bind(value),
        Value::Int(value) => row.push_bind(value),
        Value::Text(value) => row.push_bind(value),
        Value::Bytes(value) => row.push_bind(value),
        Value::Uuid(value) => row.push_bind(value),
        Value::Null => row.push_bind(None::<i64>),
    };
}

#[async_trait]
impl Session for SqliteSession {
    async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        Ok(bound(sql, values).fetch_all(self.connection()).await?.into_iter().map(Row::Sqlite).collect())
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(bound(sql, values).execute(self.connection()).await?.rows_affected())
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(sql).execute(self.connection()).await?;
        Ok(())
    }

    async fn insert(&mut self, rows: &'static Rows, values: &[Value<'_>]) -> Result<(), StoreError> {
        let width = rows.columns.len();
        for chunk in values.chunks(VALUES / width * width) {
            let mut insert = sqlx::QueryBuilder::new(format!("insert into {} ({}) ", rows.table, rows.names()));
            insert.push_values(chunk.chunks(width), |mut row, values| values.iter().for_each(|value| push(&mut row, *value)));
            insert.push(" ").push(rows.conflict.unwrap_or_default());
            insert.build().execute(self.connection()).await?;
        }
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        match *self {
            Self::Plain(_) => Ok(()),
            Self::Transaction(transaction) => Ok(transaction.commit().await?),
        }
    }
}
