//! PostgreSQL, and whatever speaks its language.

use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use egress::client_config;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::copy::{copy, unnest};
use super::session::{Backend, Session};
use super::url::parse;
use super::value::{Row, Rows, Value};
use crate::error::{OpenError, StoreError};
use crate::migrations::scripts;

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
        scripts::POSTGRES
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

    async fn insert(&mut self, rows: &'static Rows, values: &[Value<'_>]) -> Result<(), StoreError> {
        match rows.conflict {
            _ if values.is_empty() => Ok(()),
            None => copy(self.client(), rows, values).await,
            Some(_) => unnest(self.client(), rows, values).await,
        }
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
