//! The embedded database: one SQLite file.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use uuid::Uuid;

use crate::backend::{Backend, Row, Session, Value};
use crate::error::StoreError;
use crate::migrations;
use crate::model::{Definition, TableEntry, Tenant, Timestamp};

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
        migrations::SQLITE
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

    async fn insert_definitions(
        &mut self,
        tenant: Tenant,
        uuid: Uuid,
        definitions: &[Definition],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Fewer, larger statements: each is a trip to the connection's thread and back.
        for chunk in definitions.chunks(128) {
            let mut insert = sqlx::QueryBuilder::new("insert into definition (datasource, org_id, staged_at, hash, body) ");
            insert.push_values(chunk, |mut row, definition| {
                row.push_bind(uuid)
                    .push_bind(tenant.0)
                    .push_bind(now.0)
                    .push_bind(definition.hash.as_slice())
                    .push_bind(definition.body.as_str());
            });
            insert.push(" on conflict (datasource, hash) do update set staged_at = excluded.staged_at");
            insert.build().execute(self.connection()).await?;
        }
        Ok(())
    }

    async fn insert_entries(&mut self, snapshot: Uuid, entries: &[TableEntry]) -> Result<(), StoreError> {
        for chunk in entries.chunks(512) {
            let mut insert = sqlx::QueryBuilder::new(
                "insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns, row_estimate) ",
            );
            insert.push_values(chunk, |mut row, entry| {
                row.push_bind(snapshot)
                    .push_bind(entry.schema.as_str())
                    .push_bind(entry.table.as_str())
                    .push_bind(entry.kind.as_str())
                    .push_bind(entry.hash.as_slice())
                    .push_bind(entry.columns)
                    .push_bind(entry.row_estimate);
            });
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
