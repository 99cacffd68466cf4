//! PostgreSQL, and whatever speaks its language.

use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use egress::{TlsOptions, Verify, client_config};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;
use uuid::Uuid;

use crate::backend::{Backend, Row, Session, Value};
use crate::error::StoreError;
use crate::migrations;
use crate::model::{Definition, TableEntry, Tenant, Timestamp};
use crate::open::OpenError;

/// A pool of connections to one PostgreSQL database.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    pool: Pool,
}

impl Postgres {
    /// Connects to the database of a `postgres://` URL, with at most `connections` connections.
    pub(crate) async fn connect(url: &str, connections: u32) -> Result<Self, OpenError> {
        let (config, tls) = parse(url)?;
        let tls = MakeRustlsConnect::new(client_config(&tls).map_err(|_| OpenError::RootCertificate)?);
        // A connection that broke while it rested shows as closed; no round trip is spent on asking.
        let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let limit = Some(Duration::from_secs(10));
        let pool = Pool::builder(manager)
            .max_size(connections as usize)
            .timeouts(Timeouts { wait: limit, create: limit, recycle: limit })
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a runtime is given");
        drop(pool.get().await.map_err(StoreError::from)?);
        Ok(Self { pool })
    }

    async fn session(&self, open: bool) -> Result<Box<dyn Session>, StoreError> {
        // The session is there before `begin` is sent: dropped while it waits, it takes the connection down with it.
        let session = PostgresSession { client: Some(self.pool.get().await?), open };
        if open {
            session.client().batch_execute("begin").await?;
        }
        Ok(Box::new(session))
    }
}

/// The driver's configuration, and what libpq's `sslmode` and `sslrootcert` ask for.
pub(crate) fn parse(url: &str) -> Result<(tokio_postgres::Config, TlsOptions), OpenError> {
    // Only the query is taken apart: several hosts, which the driver knows, are no URL to other parsers.
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let mut tls = TlsOptions { verify: Verify::None, ..TlsOptions::default() };
    let mut rest = Vec::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*key, &*value) {
            ("sslmode", "verify-ca") => tls.verify = Verify::Ca,
            ("sslmode", "verify-full") => tls.verify = Verify::Full,
            ("sslmode", "allow") => {}
            ("sslrootcert", path) => tls.ca = Some(std::fs::read_to_string(path).map_err(|_| OpenError::RootCertificate)?),
            _ => rest.push((key.into_owned(), value.into_owned())),
        }
    }
    if tls.verify != Verify::None {
        rest.push(("sslmode".to_owned(), "require".to_owned()));
    } else if tls.ca.is_some() {
        tls.verify = Verify::Ca;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
    let mut config: tokio_postgres::Config = format!("{place}?{query}").parse().map_err(|_| OpenError::Url)?;
    config.application_name("headwater").connect_timeout(Duration::from_secs(10));
    if config.get_hosts().is_empty() { Err(OpenError::Url) } else { Ok((config, tls)) }
}

#[async_trait]
impl Backend for Postgres {
    async fn read(&self) -> Result<Box<dyn Session>, StoreError> {
        self.session(false).await
    }

    async fn write(&self) -> Result<Box<dyn Session>, StoreError> {
        self.session(false).await
    }

    async fn begin(&self) -> Result<Box<dyn Session>, StoreError> {
        self.session(true).await
    }

    fn migration_lock(&self) -> Option<&'static str> {
        Some("select pg_advisory_xact_lock(7235413)::text")
    }

    fn migrations(&self) -> &'static [(i32, &'static str, &'static str)] {
        migrations::POSTGRES
    }
}

struct PostgresSession {
    client: Option<Object>,
    /// Whether a transaction is open.
    open: bool,
}

impl PostgresSession {
    fn client(&self) -> &Object {
        self.client.as_ref().expect("there until dropped")
    }

    /// The tables of the snapshot, one column after the other, go as arrays: one statement however many there are.
    async fn arrays(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<(), StoreError> {
        let statement = self.client().prepare_cached(sql).await?;
        self.client().execute(&statement, values).await?;
        Ok(())
    }
}

impl Drop for PostgresSession {
    fn drop(&mut self) {
        // A transaction that was not committed dies with its connection.
        if let (true, Some(client)) = (self.open, self.client.take()) {
            drop(Object::take(client));
        }
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.client().prepare_cached(sql).await?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        Ok(self.client().query(&statement, &values).await?.into_iter().map(Row::Postgres).collect())
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.client().prepare_cached(sql).await?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        Ok(self.client().execute(&statement, &values).await?)
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        Ok(self.client().batch_execute(sql).await?)
    }

    async fn insert_definitions(
        &mut self,
        tenant: Tenant,
        uuid: Uuid,
        definitions: &[Definition],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let hashes: Vec<&[u8]> = definitions.iter().map(|d| d.hash.as_slice()).collect();
        let bodies: Vec<&str> = definitions.iter().map(|d| d.body.as_str()).collect();
        let sql = "insert into definition (datasource, org_id, staged_at, hash, body) select $1, $2, $3, t.* from unnest($4::bytea[], $5::text[]) as t \
                   on conflict (datasource, hash) do update set staged_at = excluded.staged_at";
        self.arrays(sql, &[&uuid, &tenant.0, &now.0, &hashes, &bodies]).await
    }

    async fn insert_entries(&mut self, snapshot: Uuid, entries: &[TableEntry]) -> Result<(), StoreError> {
        let sql = "insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns, row_estimate) \
                   select $1, t.* from unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::int4[], $7::int8[]) as t";
        for chunk in entries.chunks(20_000) {
            let schemas: Vec<_> = chunk.iter().map(|e| e.schema.as_str()).collect();
            let tables: Vec<_> = chunk.iter().map(|e| e.table.as_str()).collect();
            let kinds: Vec<_> = chunk.iter().map(|e| e.kind.as_str()).collect();
            let hashes: Vec<_> = chunk.iter().map(|e| e.hash.as_slice()).collect();
            let columns: Vec<_> = chunk.iter().map(|e| e.columns).collect();
            let estimates: Vec<_> = chunk.iter().map(|e| e.row_estimate).collect();
            self.arrays(sql, &[&snapshot, &schemas, &tables, &kinds, &hashes, &columns, &estimates]).await?;
        }
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.client().batch_execute("commit").await?;
        self.open = false;
        Ok(())
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Big(value) => value.to_sql(ty, out),
            Value::Int(value) => value.to_sql(ty, out),
            Value::Text(value) => value.to_sql(ty, out),
            Value::Bytes(value) => value.to_sql(ty, out),
            Value::Uuid(value) => value.to_sql(ty, out),
            Value::Null => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

    use super::*;

    #[test]
    fn tls_as_libpq_has_it() {
        for (query, mode, verify) in [
            ("", SslMode::Prefer, Verify::None),
            ("?sslmode=disable", SslMode::Disable, Verify::None),
            ("?sslmode=allow", SslMode::Prefer, Verify::None),
            ("?sslmode=require", SslMode::Require, Verify::None),
            ("?sslmode=verify-ca", SslMode::Require, Verify::Ca),
            ("?sslmode=verify-full&connect_timeout=3", SslMode::Require, Verify::Full),
        ] {
            let (config, tls) = parse(&format!("postgres://u:p@h/d{query}")).expect(query);
            assert_eq!((config.get_ssl_mode(), tls.verify), (mode, verify), "{query}");
        }
        assert!(matches!(parse("postgres://u:p@h/d?sslrootcert=/no/such/file"), Err(OpenError::RootCertificate)));
        assert!(matches!(parse("postgres://u:p@h/d?sslmode=nonsense"), Err(OpenError::Url)));
    }
}
