//! A new datasource: nothing of it exists until its credentials worked and its schema was read.

use std::collections::HashSet;

use connectors::ConnectError;
use store::{NewDatasource, Server, StoreError, Tenant};
use uuid::Uuid;

use super::ingest::{IngestError, ingest};
use super::{Failure, Request, seal_credentials};
use crate::app::App;
use crate::clock;

/// Why there is no new datasource.
#[derive(Debug)]
pub(crate) enum OnboardError {
    /// The organisation has one of that name.
    NameTaken,
    /// The connection test failed.
    Test(ConnectError),
    /// The schema could not be read.
    Read(ConnectError),
    /// The schema could not be cached.
    Cache(Failure),
    /// Anything of ours.
    Failed(Failure),
}

/// Tests, reads, seals and stores.
pub(crate) async fn onboard(app: &App, tenant: Tenant, request: &Request) -> Result<(), OnboardError> {
    let failed = |e: StoreError| OnboardError::Failed(e.into());
    // Before any connection is opened; the insert below decides for good.
    if app.store.datasource_exists(tenant, &request.name).await.map_err(failed)? {
        return Err(OnboardError::NameTaken);
    }
    let uuid = Uuid::new_v4();
    let source = request.kind.bind(request.credentials.clone()).map_err(|_| OnboardError::Failed(Failure::Unreadable))?;
    let mut probe = app.prober.start(tenant, request.kind.name, source);
    let server = probe.tested().await.map_err(OnboardError::Test)?;
    let catalog = ingest(&app.store, tenant, uuid, &HashSet::new(), probe).await.map_err(|error| match error {
        IngestError::Source(error) => OnboardError::Read(error),
        IngestError::Store(error) => OnboardError::Cache(error.into()),
    })?;
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
    match app.store.create_datasource(tenant, &new, clock::now()).await {
        Ok(()) => {
            tracing::info!(tenant.id = tenant.0, datasource.id = %uuid, datasource.kind = request.kind.name, tables, "datasource created");
            Ok(())
        }
        Err(StoreError::NameTaken) => Err(OnboardError::NameTaken),
        Err(error) => Err(failed(error)),
    }
}
