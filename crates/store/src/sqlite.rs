//! The embedded store: one SQLite file.

use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

use crate::error::StoreError;
use crate::model::{Definition, TableEntry, Tenant, Timestamp};
use crate::sql::implement_store;

/// One writing and a few reading connections to a SQLite file in WAL mode.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    read: SqlitePool,
    write: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, making it if need be, with at most `connections` readers.
    pub async fn open(options: SqliteConnectOptions, connections: u32) -> Result<Self, StoreError> {
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

    fn read_pool(&self) -> &SqlitePool {
        &self.read
    }

    fn write_pool(&self) -> &SqlitePool {
        &self.write
    }

    async fn begin(&self) -> Result<sqlx::Transaction<'_, Sqlite>, StoreError> {
        // Another process (the command line) may hold the write lock: wait for it here, not in the middle.
        Ok(self.write.begin_with("begin immediate").await?)
    }

    async fn insert_definitions(
        connection: &mut SqliteConnection,
        tenant: Tenant,
        uuid: Uuid,
        definitions: &[Definition],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for definition in definitions {
            sqlx::query(
                "insert into definition (datasource, org_id, staged_at, hash, body) values ($1, $2, $3, $4, $5) \
                 on conflict (datasource, hash) do update set staged_at = excluded.staged_at",
            )
            .bind(uuid)
            .bind(tenant.0)
            .bind(now.0)
            .bind(definition.hash.as_slice())
            .bind(definition.body.as_str())
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }

    async fn insert_entries(connection: &mut SqliteConnection, snapshot: Uuid, entries: &[TableEntry]) -> Result<(), StoreError> {
        for entry in entries {
            sqlx::query("insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns, row_estimate) values ($1, $2, $3, $4, $5, $6, $7)")
                .bind(snapshot)
                .bind(entry.schema.as_str())
                .bind(entry.table.as_str())
                .bind(entry.kind.as_str())
                .bind(entry.hash.as_slice())
                .bind(entry.columns)
                .bind(entry.row_estimate)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

implement_store!(SqliteStore, Sqlite, crate::migrations::sqlite);
