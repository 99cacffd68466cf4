//! PostgreSQL, and whatever speaks its language.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use deadpool::Runtime;
use deadpool::managed::{Object, Pool, PoolError, Timeouts};
use deadpool_postgres::ClientWrapper;
use egress::client_config;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect::Connector;
use super::copy::{copy, unnest};
use super::doubt::Doubt;
use super::limits::{MIGRATION, PLACE, READ, WRITE};
use super::patience::Patience;
use super::session::{Backend, Session};
use super::shared::Shared;
use super::url::parse;
use super::value::{Row, Rows, Value};
use crate::error::{OpenError, Silence, StoreError};
use crate::migrations::scripts;

/// Connections that many share, at most. More than a few bring nothing: each keeps a process of the database's busy.
const SHARED: u32 = 4;

/// Connections to one PostgreSQL database: a pool of those that are somebody's alone, and a few that are shared.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    pool: Pool<Connector>,
    shared: Arc<Shared>,
    doubt: Doubt,
}

impl Postgres {
    /// Connects to the database of a `postgres://` URL, with at most `connections` connections.
    pub(crate) async fn connect(url: &str, connections: u32) -> Result<Self, OpenError> {
        let (config, tls) = parse(url)?;
        let place = place(&config);
        let tls = MakeRustlsConnect::new(client_config(&tls).map_err(|_| OpenError::RootCertificate)?);
        let doubt = Doubt::none();
        let connector = |limit| Connector::new(config.clone(), tls.clone(), limit, doubt.clone());
        // With three or fewer all of them are for everything.
        let shared = SHARED.min(connections / 4);
        let pool = Pool::builder(connector(WRITE))
            .max_size((connections - shared) as usize)
            // The connector has limits of its own.
            .timeouts(Timeouts { wait: Some(PLACE), create: None, recycle: None })
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a runtime is given");
        drop(pool.get().await.map_err(|error| OpenError::at(&place, error))?);
        Ok(Self { pool, shared: Arc::new(Shared::new(connector(READ), doubt.clone(), shared as usize)), doubt })
    }

    async fn session(&self, limit: Duration) -> Result<PostgresSession, StoreError> {
        Ok(PostgresSession { client: Some(self.pool.get().await?), open: false, patience: Patience::new(limit, self.doubt.clone()) })
    }

    /// A session with a transaction begun by `script`.
    async fn transaction(&self, script: &'static str, limit: Duration) -> Result<Box<dyn Session>, StoreError> {
        let mut again = true;
        loop {
            // The session is there before `begin` is sent: dropped while it waits, it takes the connection down with it.
            let mut session = self.session(READ).await?;
            session.open = true;
            match session.script(script).await {
                Ok(()) => {
                    session.patience.change(limit);
                    return Ok(Box::new(session));
                }
                // It broke just when it was taken: nothing has begun.
                Err(error) if error.is_lost() && again => again = false,
                Err(error) => return Err(error),
            }
        }
    }
}

/// Hosts and ports, for messages.
fn place(config: &Config) -> String {
    let port = |n: usize| config.get_ports().get(n).or(config.get_ports().first()).copied().unwrap_or(5432);
    let one = |(n, host): (usize, &Host)| match host {
        Host::Tcp(name) => format!("{name}:{}", port(n)),
        Host::Unix(path) => path.display().to_string(),
    };
    config.get_hosts().iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
}

#[async_trait]
impl Backend for Postgres {
    async fn query(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        if self.shared.is_empty() {
            return self.session(READ).await?.query(sql, values).await;
        }
        Ok(self.shared.query(sql, values).await?.into_iter().map(Row::Postgres).collect())
    }

    async fn write(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(self.session(WRITE).await?))
    }

    async fn begin(&self) -> Result<Box<dyn Session>, StoreError> {
        self.transaction("begin", WRITE).await
    }

    async fn begin_migration(&self) -> Result<Box<dyn Session>, StoreError> {
        let mut session = self.transaction("begin; set local statement_timeout = 0", MIGRATION).await?;
        // Other processes wait until the transaction ends.
        session.query("select pg_advisory_xact_lock(7235413)::text", &[]).await?;
        Ok(session)
    }

    async fn prove(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        // Not in the line of those who wait for a place in the pool.
        self.query(sql, values).await.map(drop)
    }

    fn migrations(&self) -> &'static [(i32, &'static str, &'static str)] {
        scripts::POSTGRES
    }
}

struct PostgresSession {
    client: Option<Object<Connector>>,
    /// Whether a transaction is open.
    open: bool,
    patience: Patience,
}

impl PostgresSession {
    /// Runs a statement within its limit.
    async fn run<T>(&mut self, work: impl AsyncFnOnce(&ClientWrapper) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let client = self.client.as_ref().expect("there until dropped");
        self.patience.hold(work(client)).await
    }
}

impl Drop for PostgresSession {
    fn drop(&mut self) {
        // A transaction that was not committed dies with its connection, and so does a statement that was not answered:
        // neither connection ever goes back to the others.
        if let (true, Some(client)) = (self.open || self.patience.is_lost(), self.client.take()) {
            drop(Object::take(client));
        }
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        let rows = self.run(async |client| Ok(client.query(&client.prepare_cached(sql).await?, &values).await?)).await?;
        Ok(rows.into_iter().map(Row::Postgres).collect())
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        self.run(async |client| Ok(client.execute(&client.prepare_cached(sql).await?, &values).await?)).await
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.run(async |client| Ok(client.batch_execute(sql).await?)).await
    }

    async fn insert(&mut self, rows: &'static Rows, values: &[Value<'_>]) -> Result<(), StoreError> {
        match rows.conflict {
            _ if values.is_empty() => Ok(()),
            None => self.run(async |client| copy(client, rows, values).await).await,
            Some(_) => self.run(async |client| unnest(client, rows, values).await).await,
        }
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.script("commit").await?;
        self.open = false;
        Ok(())
    }

    async fn roll_back(mut self: Box<Self>) -> Result<(), StoreError> {
        self.script("rollback").await?;
        self.open = false;
        Ok(())
    }
}

impl From<PoolError<StoreError>> for StoreError {
    fn from(error: PoolError<StoreError>) -> Self {
        match error {
            PoolError::Backend(error) => error,
            // The one limit that the pool has; the others are of programs that are put together otherwise.
            PoolError::Timeout(_) | PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Silence::Place.into()
            }
        }
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
