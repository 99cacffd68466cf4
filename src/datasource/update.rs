//! New credentials for an existing datasource: tested and read first, then applied together, or not at all.

use connectors::ConnectError;
use connectors::credentials::{keep_pins, lacks_pin};
use store::{Change, Replaced, Server, StoreError, Tenant};

use super::acquire::{AcquireError, Acquired, Destination, acquire};
use super::stored_files::with_files;
use super::{ATTEMPTS, Failure, Request, open_credentials, seal_credentials};
use crate::app::App;
use crate::clock;
use crate::runner::Order;

/// Why the datasource stayed as it was.
#[derive(Debug)]
pub(crate) enum UpdateError {
    /// There is none of that name.
    NotFound,
    /// It was deleted meanwhile.
    Vanished,
    /// It is of another kind.
    OtherKind(String),
    /// The connection test failed.
    Test(ConnectError),
    /// The schema could not be read.
    Read(ConnectError),
    /// The organisation has as much underway as it may.
    Full,
    /// The schema could not be cached.
    Cache(Failure),
    /// The tenancy row could not be made.
    TenancyCreate(Failure),
    /// The tenancy row could not be changed.
    TenancyUpdate(Failure),
    /// Others changed it again and again.
    Contended,
    /// Anything of ours.
    Failed(Failure),
}

impl From<AcquireError> for UpdateError {
    fn from(error: AcquireError) -> Self {
        match error {
            AcquireError::Test(error) => Self::Test(error),
            AcquireError::Read(error) => Self::Read(error),
            AcquireError::Lookup(error) => Self::Failed(error.into()),
            AcquireError::Stage(StoreError::StagingFull) => Self::Full,
            AcquireError::Stage(error) => Self::Cache(error.into()),
            AcquireError::Stale => Self::Contended,
        }
    }
}

/// Tests, reads, seals and replaces.
pub(crate) async fn update(app: &App, tenant: Tenant, request: &Request) -> Result<(), UpdateError> {
    let failed = |e: StoreError| UpdateError::Failed(e.into());
    for _ in 0..ATTEMPTS {
        let stored = app.store.datasource(tenant, &request.name).await.map_err(failed)?.ok_or(UpdateError::NotFound)?;
        if stored.kind != request.kind.name {
            return Err(UpdateError::OtherKind(stored.kind));
        }
        let mut credentials = request.credentials.clone();
        if lacks_pin(&credentials) {
            keep_pins(&open_credentials(app, tenant, &stored).await.map_err(UpdateError::Failed)?, &mut credentials);
        }
        let order = Order::new(request.kind, &credentials).map_err(|_| UpdateError::Failed(Failure::Unreadable))?;
        let order = with_files(app, tenant, request.kind, stored.uuid, order).await.map_err(failed)?;
        let Acquired { server, catalog, staged } = match acquire(app, tenant, Destination::Existing(&stored), order).await {
            Err(AcquireError::Stale) => continue,
            other => other?,
        };
        let credentials = seal_credentials(app, tenant, stored.uuid, request.kind, credentials, server.ssh_host_key).await;
        let schema_changed = stored.root != Some(catalog.root);
        let change = Change {
            credentials: Some(credentials.map_err(UpdateError::Failed)?),
            tenancy: request.tenancy.clone(),
            server: Some(Server { product: server.product, version: server.version }),
            catalog: Some(catalog),
            files: None,
        };
        let changed = app.store.change_datasource(tenant, stored.uuid, stored.revision, &change, clock::now()).await;
        staged.end(matches!(changed, Ok(Replaced::Done))).await;
        match changed {
            Ok(Replaced::Done) => {
                tracing::info!(tenant.id = tenant.0, datasource.id = %stored.uuid, schema_changed, "datasource updated");
                return Ok(());
            }
            Ok(Replaced::Gone) => return Err(UpdateError::Vanished),
            Ok(Replaced::Stale) | Err(StoreError::StagingLost) => {}
            Err(error @ StoreError::TenancyCreate(_)) => return Err(UpdateError::TenancyCreate(error.into())),
            Err(error @ StoreError::TenancyUpdate(_)) => return Err(UpdateError::TenancyUpdate(error.into())),
            Err(error) => return Err(failed(error)),
        }
    }
    Err(UpdateError::Contended)
}
