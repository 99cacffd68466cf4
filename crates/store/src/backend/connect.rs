//! Making a connection to PostgreSQL, and judging one that rested.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use egress::{Resolve, SystemResolver};
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::doubt::Doubt;
use super::limits::{EARLIER, HOST, LOGIN};
use crate::error::{Silence, StoreError};

/// A transaction that nobody goes on with holds its locks no longer than this, whatever became of the server that began it. Between
/// two statements of one nothing is waited for.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(15);

/// The same for a COPY whose rows do not come, which no limit on statements ends: the database asks its machine whether ours is there.
const KEPT_ALIVE: &str = "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 3; set tcp_keepalives_count = 3";

/// Makes connections to one database.
#[derive(Clone)]
pub(super) struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
    /// For a statement on connections of this connector.
    limit: Duration,
    doubt: Doubt,
}

impl Connector {
    /// A connector for connections whose statements may take `limit`.
    pub(super) fn new(config: Config, tls: MakeRustlsConnect, limit: Duration, doubt: Doubt) -> Self {
        Self { config, tls, limit, doubt }
    }

    /// Connects, or says in time that it cannot.
    pub(super) async fn connect(&self) -> Result<ClientWrapper, StoreError> {
        let hosts = u32::try_from(self.config.get_hosts().len().max(1)).unwrap_or(u32::MAX);
        let limit = self.config.get_connect_timeout().copied().unwrap_or(HOST).saturating_mul(hosts).saturating_add(LOGIN);
        let names = async {
            for name in self.names() {
                // What is wrong with a name that has no address is told by the connection that fails for it.
                let _ = SystemResolver.resolve(name).await;
            }
        };
        in_time(limit, names, Box::pin(self.open())).await?.map_err(StoreError::unreachable)
    }

    #[expect(clippy::disallowed_methods, reason = "the operator's own database, for which no policy is; several hosts are tried in turn")]
    async fn open(&self) -> Result<ClientWrapper, tokio_postgres::Error> {
        let (client, connection) = self.config.connect(self.tls.clone()).await?;
        // How a connection ended is told by the statement that wanted it.
        let client = ClientWrapper::new(client, tokio::spawn(async move { drop(connection.await) }));
        let (statement, idle) = (self.limit.saturating_sub(EARLIER).as_millis(), IDLE_IN_TRANSACTION.as_millis());
        let settings = format!("set statement_timeout = {statement}; set idle_in_transaction_session_timeout = {idle}; {KEPT_ALIVE}");
        client.batch_execute(&settings).await?;
        Ok(client)
    }

    /// The names that have to be looked up for a connection.
    fn names(&self) -> impl Iterator<Item = &str> {
        let given = !self.config.get_hostaddrs().is_empty();
        self.config.get_hosts().iter().filter_map(move |host| match host {
            Host::Tcp(name) if !given && name.parse::<IpAddr>().is_err() => Some(name.as_str()),
            Host::Tcp(_) | Host::Unix(_) => None,
        })
    }

    /// Whether a connection of this age may not be used any more.
    pub(super) fn is_doubtful(&self, client: &ClientWrapper, made: Instant) -> bool {
        client.is_closed() || self.doubt.holds(made)
    }
}

/// What comes of a connection until `limit`. Whether it is its names that take so long is known by asking for them, beside.
async fn in_time<T>(limit: Duration, names: impl Future<Output = ()>, open: impl Future<Output = T>) -> Result<T, Silence> {
    let named = AtomicBool::new(false);
    let names = async {
        names.await;
        named.store(true, Ordering::Relaxed);
        pending::<Infallible>().await
    };
    tokio::select! {
        opened = tokio::time::timeout(limit, open) => {
            opened.map_err(|_| if named.load(Ordering::Relaxed) { Silence::Connect } else { Silence::Name })
        }
        never = names => match never {},
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The configuration has a password in it.
        f.debug_struct("Connector").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Manager for Connector {
    type Type = ClientWrapper;
    type Error = StoreError;

    async fn create(&self) -> Result<ClientWrapper, StoreError> {
        self.connect().await
    }

    /// A connection that broke while it rested shows as closed; no round trip is spent on asking.
    async fn recycle(&self, client: &mut ClientWrapper, metrics: &Metrics) -> RecycleResult<StoreError> {
        if self.is_doubtful(client, metrics.created) { Err(RecycleError::message("closed, or doubtful")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    /// Whoever waits in vain is sent to DNS for a name that is not found, and to the way there for an address.
    #[tokio::test]
    async fn it_says_what_took_so_long() {
        let limit = Duration::from_millis(20);
        assert_eq!(in_time(limit, ready(()), ready(1)).await, Ok(1));
        assert_eq!(in_time(limit, pending(), ready(1)).await, Ok(1));
        assert_eq!(in_time(limit, ready(()), pending::<i32>()).await, Err(Silence::Connect));
        assert_eq!(in_time(limit, pending(), pending::<i32>()).await, Err(Silence::Name));
        let texts = [Silence::Name, Silence::Connect].map(|silence| StoreError::from(silence).to_string());
        assert!(texts[0].contains("check DNS") && !texts[1].contains("DNS"), "{texts:?}");
    }
}
