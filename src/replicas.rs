//! Servers over one store: each says where it listens, and none lets a datasource lead to another.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egress::{Host, OwnEndpoint, addresses_of_listener};
use store::{Store, StoreError, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::clock;

/// A server that did not renew its lease for so long is gone.
const LEASE: Duration = Duration::from_secs(90);

/// How often it does, at least.
pub(crate) const RENEWED_EVERY: Duration = Duration::from_secs(20);

/// How long it is believed what others there are.
const BELIEVED: Duration = Duration::from_millis(500);

/// How long a job waits for what is known anew; then it goes by what was known before.
const PATIENCE: Duration = Duration::from_secs(1);

/// Rows of servers that have been gone for so long are removed.
const FORGOTTEN: Duration = Duration::from_hours(24);

/// This server among those over the same store.
#[derive(Debug)]
pub(crate) struct Replicas {
    store: Arc<dyn Store>,
    server: Uuid,
    listeners: Vec<SocketAddr>,
    known: Mutex<Known>,
    /// Where the store is asked: drivers of jobs have threads of their own, and may hold them up.
    runtime: Handle,
}

#[derive(Debug)]
struct Known {
    others: Vec<OwnEndpoint>,
    /// When that was.
    asked: Option<Instant>,
}

impl Replicas {
    /// Makes known that this server listens on `listeners`.
    pub(crate) async fn join(store: Arc<dyn Store>, listeners: Vec<SocketAddr>) -> Result<Arc<Self>, StoreError> {
        let known = Mutex::new(Known { others: Vec::new(), asked: None });
        let joined = Self { store, server: Uuid::new_v4(), listeners, known, runtime: Handle::current() };
        joined.store.drop_listeners(joined.server, ago(FORGOTTEN)).await?;
        joined.renew().await?;
        Ok(Arc::new(joined))
    }

    /// Renews the lease, which proves that the store can be written.
    pub(crate) async fn renew(&self) -> Result<(), StoreError> {
        let until = Timestamp(clock::now().0 + clock::millis(LEASE));
        // Addresses come and go.
        let addresses: Vec<_> = self.listeners.iter().copied().flat_map(addresses_of_listener).collect();
        self.store.keep_listener(self.server, &addresses, until).await
    }

    /// The others' listeners, as of a moment ago.
    pub(crate) async fn others(&self) -> Vec<OwnEndpoint> {
        let mut known = self.known.lock().await;
        if known.asked.is_none_or(|asked| asked.elapsed() > BELIEVED) {
            let (store, server) = (self.store.clone(), self.server);
            let asked = self.runtime.spawn(async move { store.other_listeners(server, clock::now()).await });
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(Ok(addresses))) => known.others = addresses.into_iter().map(endpoint).collect(),
                Ok(Ok(Err(cause))) => tracing::warn!(%cause, "other servers' listeners could not be looked up"),
                Ok(Err(_)) | Err(_) => tracing::warn!("other servers' listeners could not be looked up in time"),
            }
            known.asked = Some(Instant::now());
        }
        known.others.clone()
    }

    /// Makes known that this server is gone. Without it the lease would run out.
    pub(crate) async fn leave(&self) {
        let left = self.store.drop_listeners(self.server, ago(FORGOTTEN));
        if !matches!(tokio::time::timeout(PATIENCE, left).await, Ok(Ok(()))) {
            tracing::debug!("the listener's lease is left to run out");
        }
    }
}

fn endpoint(address: SocketAddr) -> OwnEndpoint {
    OwnEndpoint::new(Host::Address(address.ip()), address.port())
}

fn ago(time: Duration) -> Timestamp {
    Timestamp(clock::now().0 - clock::millis(time))
}
