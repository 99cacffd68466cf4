//! A new datasource: nothing of it exists until its credentials worked and its schema was read.

use connectors::ConnectError;
use store::{NewDatasource, Server, StoreError, Tenant};
use uuid::Uuid;

use super::acquire::{AcquireError, Acquired, Destination, acquire};
use super::{Failure, Request, seal_credentials};
use crate::app::App;
use crate::clock;
use crate::runner::Order;

/// Why there is no new datasource.
#[derive(Debug)]
pub(crate) enum OnboardError {
    /// The organisation has one of that name.
    NameTaken,
    /// The connection test failed.
    Test(ConnectError),
    /// The schema could not be read.
    Read(ConnectError),
    /// The organisation has as much underway as it may.
    Full,
    /// The schema could not be cached.
    Cache(Failure),
    /// Anything of ours.
    Failed(Failure),
}

impl From<AcquireError> for OnboardError {
    fn from(error: AcquireError) -> Self {
        match error {
            AcquireError::Test(error) => Self::Test(error),
            AcquireError::Read(error) => Self::Read(error),
            AcquireError::Lookup(error) => Self::Failed(error.into()),
            AcquireError::Stage(StoreError::StagingFull) => Self::Full,
            AcquireError::Stage(error) => Self::Cache(error.into()),
            // Nobody else knows of it.
            AcquireError::Stale => Self::Cache(StoreError::StagingLost.into()),
        }
    }
}

/// Tests, reads, seals and stores.
pub(crate) async fn onboard(app: &App, tenant: Tenant, request: &Request) -> Result<(), OnboardError> {
    let failed = |e: StoreError| OnboardError::Failed(e.into());
    // Before any connection is opened; the insert below decides for good.
    if app.store.datasource_exists(tenant, &request.name).await.map_err(failed)? {
        return Err(OnboardError::NameTaken);
    }
    let uuid = Uuid::new_v4();
    let order = Order::new(request.kind, &request.credentials).map_err(|_| OnboardError::Failed(Failure::Unreadable))?;
    let Acquired { server, catalog, staged } = acquire(app, tenant, Destination::New(uuid), order).await?;
    let credentials = seal_credentials(app, tenant, uuid, request.kind, request.credentials.clone(), server.ssh_host_key).await;
    let credentials = credentials.map_err(OnboardError::Failed)?;
    let tables = catalog.tables.len();
    let new = NewDatasource {
        uuid,
        name: request.name.clone(),
        kind: request.kind.name.to_owned(),
        credentials,
        tenancy: request.tenancy.clone(),
        server: Some(Server { product: server.product, version: server.version }),
        catalog: Some(catalog),
    };
    let created = app.store.create_datasource(tenant, &new, clock::now()).await;
    staged.end(created.is_ok()).await;
    match created {
        Ok(()) => {
            tracing::info!(tenant.id = tenant.0, datasource.id = %uuid, datasource.kind = request.kind.name, tables, "datasource created");
            Ok(())
        }
        Err(StoreError::NameTaken) => Err(OnboardError::NameTaken),
        Err(error) => Err(failed(error)),
    }
}
