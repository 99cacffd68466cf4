//! The store on PostgreSQL, and on whatever speaks its language.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, Postgres};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use crate::error::StoreError;
use crate::model::{Definition, TableEntry, Tenant, Timestamp};
use crate::sql::implement_store;

/// A pool of connections to one PostgreSQL database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Connects, with at most `connections` connections.
    pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<Self, StoreError> {
        let options = options.application_name("headwater").disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            // A round trip before each statement would double the cost of a list; a connection is tried only after a rest.
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(
                    async move { if meta.idle_for > Duration::from_secs(5) { connection.ping().await.map(|()| true) } else { Ok(true) } },
                )
            })
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    fn read_pool(&self) -> &PgPool {
        &self.pool
    }

    fn write_pool(&self) -> &PgPool {
        &self.pool
    }

    async fn begin(&self) -> Result<sqlx::Transaction<'_, Postgres>, StoreError> {
        Ok(self.pool.begin().await?)
    }

    async fn insert_definitions(
        connection: &mut PgConnection,
        tenant: Tenant,
        uuid: Uuid,
        definitions: &[Definition],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let hashes: Vec<&[u8]> = definitions.iter().map(|d| d.hash.as_slice()).collect();
        let bodies: Vec<&str> = definitions.iter().map(|d| d.body.as_str()).collect();
        sqlx::query(
            "insert into definition (datasource, org_id, staged_at, hash, body) select $1, $2, $3, h, b from unnest($4::bytea[], $5::text[]) as t(h, b) \
             on conflict (datasource, hash) do update set staged_at = excluded.staged_at",
        )
        .bind(uuid)
        .bind(tenant.0)
        .bind(now.0)
        .bind(hashes)
        .bind(bodies)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn insert_entries(connection: &mut PgConnection, snapshot: Uuid, entries: &[TableEntry]) -> Result<(), StoreError> {
        for chunk in entries.chunks(2_000) {
            sqlx::query(
                "insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns, row_estimate) \
                 select $1, t.* from unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::int4[], $7::int8[]) as t",
            )
            .bind(snapshot)
            .bind(chunk.iter().map(|e| e.schema.as_str()).collect::<Vec<_>>())
            .bind(chunk.iter().map(|e| e.table.as_str()).collect::<Vec<_>>())
            .bind(chunk.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>())
            .bind(chunk.iter().map(|e| e.hash.as_slice()).collect::<Vec<_>>())
            .bind(chunk.iter().map(|e| e.columns).collect::<Vec<_>>())
            .bind(chunk.iter().map(|e| e.row_estimate).collect::<Vec<_>>())
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

implement_store!(PostgresStore, Postgres, crate::migrations::postgres);
