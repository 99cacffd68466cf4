//! Leave to stage definitions: kept up for as long as the work goes on, and given back however it ends.

use std::sync::Arc;
use std::time::Duration;

use store::{StagingLease, Store, StoreError, Tenant, Timestamp};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::StagingLimits;
use crate::clock;

/// How long a failed change waits until nothing of it is left before it says so.
const PATIENCE: Duration = Duration::from_secs(2);

/// A lease of a staging area. Dropped, it is given back, and what was staged goes unless others need it.
pub(super) struct Lease {
    store: Arc<dyn Store>,
    id: StagingLease,
    renewal: JoinHandle<()>,
    ended: bool,
}

impl Lease {
    pub(super) async fn open(store: Arc<dyn Store>, tenant: Tenant, datasource: Uuid, limits: StagingLimits) -> Result<Self, StoreError> {
        let id = store.open_staging(tenant, datasource, until(limits)).await?;
        let renewal = tokio::spawn(renew(store.clone(), id, limits));
        Ok(Self { store, id, renewal, ended: false })
    }

    /// What the store knows it by.
    pub(super) fn id(&self) -> StagingLease {
        self.id
    }

    /// A change was written, and has taken all that was staged.
    pub(super) fn used(mut self) {
        self.ended = true;
    }

    /// Gives it back at once. It may be locked by a transaction that has gone silent: nobody waits long for that.
    pub(super) async fn leave(mut self) {
        self.ended = true;
        // Whoever waits for this may go: then it is given back all the same.
        let left = tokio::spawn(leave(self.store.clone(), self.id));
        if tokio::time::timeout(PATIENCE, left).await.is_err() {
            tracing::debug!("staged definitions are removed later");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
        // Without a run-time the server ends, and the lease with its time.
        if let (false, Ok(runtime)) = (self.ended, Handle::try_current()) {
            runtime.spawn(leave(self.store.clone(), self.id));
        }
    }
}

fn until(limits: StagingLimits) -> Timestamp {
    Timestamp(clock::now().0.saturating_add(clock::millis(limits.lease)))
}

async fn leave(store: Arc<dyn Store>, lease: StagingLease) {
    match store.leave_staging(lease).await {
        Ok(removed) => tracing::debug!(removed, "staged definitions removed"),
        Err(cause) => tracing::warn!(%cause, "staged definitions could not be removed; they go when their lease ends"),
    }
}

async fn renew(store: Arc<dyn Store>, lease: StagingLease, limits: StagingLimits) {
    loop {
        tokio::time::sleep(limits.lease / 3).await;
        match store.renew_staging(lease, until(limits)).await {
            Ok(true) => {}
            // Whoever stages next is told so.
            Ok(false) => return,
            Err(cause) => tracing::warn!(%cause, "a lease of a staging area could not be renewed; trying again"),
        }
    }
}
