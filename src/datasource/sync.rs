//! Reading the schema again with the stored credentials.

use connectors::ConnectError;
use store::{Change, Datasource, Replaced, Server, StoreError, Tenant};

use super::acquire::{AcquireError, Acquired, Destination, acquire};
use super::{ATTEMPTS, Failure, stored_source};
use crate::app::App;
use crate::clock;
use crate::runner::Remembered;

/// Why the cached schema stayed as it was.
#[derive(Debug)]
pub(crate) enum SyncError {
    /// The datasource was deleted meanwhile.
    Vanished,
    /// The source failed: its test, or the read of its schema.
    Source(ConnectError),
    /// The organisation has as much underway as it may.
    Full,
    /// Others changed it again and again.
    Contended,
    /// Anything of ours.
    Failed(Failure),
}

/// Opens the stored credentials, tests, reads and replaces. An unchanged schema costs one small write.
pub(crate) async fn sync(app: &App, tenant: Tenant, mut stored: Datasource) -> Result<(), SyncError> {
    let failed = |e: StoreError| SyncError::Failed(e.into());
    let _underway = app.underway.begin(tenant, stored.uuid);
    for _ in 0..ATTEMPTS {
        let order = stored_source(app, tenant, &stored).await.map_err(SyncError::Failed)?;
        // The same credentials lead to the same tables: what a sample misses of them is not gone.
        let order = order.with_memory(Remembered::new(app.store.clone(), tenant, stored.uuid));
        let Acquired { server, catalog, staged } = match acquire(app, tenant, Destination::Existing(&stored), order).await {
            Ok(acquired) => acquired,
            Err(AcquireError::Test(error) | AcquireError::Read(error)) => return Err(source_failed(app, tenant, &stored, error).await),
            Err(AcquireError::Stage(StoreError::StagingFull)) => return Err(SyncError::Full),
            Err(AcquireError::Lookup(error) | AcquireError::Stage(error)) => return Err(failed(error)),
            Err(AcquireError::Stale) => {
                stored = again(app, tenant, &stored).await?;
                continue;
            }
        };
        let schema_changed = stored.root != Some(catalog.root);
        let change = Change {
            credentials: None,
            tenancy: None,
            server: Some(Server { product: server.product, version: server.version }),
            catalog: Some(catalog),
            files: None,
        };
        let changed = app.store.change_datasource(tenant, stored.uuid, stored.revision, &change, clock::now()).await;
        staged.end(matches!(changed, Ok(Replaced::Done))).await;
        match changed {
            Ok(Replaced::Done) => {
                tracing::info!(tenant.id = tenant.0, datasource.id = %stored.uuid, schema_changed, "datasource synced");
                return Ok(());
            }
            Ok(Replaced::Gone) => return Err(SyncError::Vanished),
            Ok(Replaced::Stale) | Err(StoreError::StagingLost) => stored = again(app, tenant, &stored).await?,
            Err(error) => return Err(failed(error)),
        }
    }
    Err(SyncError::Contended)
}

/// What is stored now. Credentials may be other ones: everything is read anew.
async fn again(app: &App, tenant: Tenant, stored: &Datasource) -> Result<Datasource, SyncError> {
    let now = app.store.datasource_by_uuid(tenant, stored.uuid).await.map_err(|e| SyncError::Failed(e.into()))?;
    now.ok_or(SyncError::Vanished)
}

async fn source_failed(app: &App, tenant: Tenant, stored: &Datasource, error: ConnectError) -> SyncError {
    if error.kind.is_ours_and_passes() {
        // Nothing was learnt of the source: what is known of its last sync stays.
        return SyncError::Source(error);
    }
    if let Err(cause) = app.store.note_sync_failure(tenant, stored.uuid, stored.revision, &error.to_string()).await {
        tracing::warn!(%cause, "the failure of a sync could not be noted");
    }
    SyncError::Source(error)
}
