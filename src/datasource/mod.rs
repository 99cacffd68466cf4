//! The use cases that every HTTP surface calls. No HTTP in here.

mod acquire;
mod describe;
mod diagnose;
mod failure;
mod lease;
mod onboard;
mod sealed;
mod staging;
mod stored_files;
mod sync;
mod underway;
mod update;
mod upgrade;
mod upload;
mod verify;

use connectors::Kind;
use connectors::credentials::pin;
use serde_json::Value;
use store::{Credentials, Datasource, Tenancy, Tenant};
use uuid::Uuid;

use crate::app::App;
use crate::runner::Order;

pub(crate) use describe::{Described, describe};
pub(crate) use diagnose::{Diagnosis, diagnose};
pub(crate) use failure::{Failure, is_outage};
pub(crate) use onboard::{OnboardError, onboard};
pub(crate) use stored_files::{remove, sweep_files};
pub(crate) use sync::{SyncError, sync};
pub(crate) use underway::Underway;
pub(crate) use update::{UpdateError, update};
pub(crate) use upgrade::upgrade;
pub(crate) use upload::{Received, UploadError, Uploaded, upload};
pub(crate) use verify::{Loss, Verified, verify};

/// How often a change is tried again when somebody else changed the datasource meanwhile.
const ATTEMPTS: usize = 3;

/// What create and update ask for, validated.
pub(crate) struct Request {
    pub(crate) kind: &'static Kind,
    pub(crate) name: String,
    /// Credentials in canonical form.
    pub(crate) credentials: Value,
    pub(crate) tenancy: Option<Tenancy>,
}

/// The credentials of a stored datasource, in canonical form.
async fn open_credentials(app: &App, tenant: Tenant, stored: &Datasource) -> Result<Value, Failure> {
    sealed::open(app, tenant, stored).await.map(Value::Object)
}

/// Seals tested credentials, with the key of the SSH server that the test saw.
async fn seal_credentials(
    app: &App,
    tenant: Tenant,
    datasource: Uuid,
    kind: &Kind,
    mut credentials: Value,
    ssh_host_key: Option<String>,
) -> Result<Credentials, Failure> {
    pin(&mut credentials, ssh_host_key);
    let Value::Object(canonical) = credentials else { return Err(Failure::Unreadable) };
    sealed::seal(app, tenant, datasource, kind, canonical).await
}

/// A stored datasource with its credentials opened, ready for a job.
pub(crate) async fn stored_source(app: &App, tenant: Tenant, stored: &Datasource) -> Result<Order, Failure> {
    let credentials = open_credentials(app, tenant, stored).await?;
    let entry = app.registry.find(&stored.kind).ok_or(Failure::Unreadable)?;
    let order = Order::new(entry, &credentials).map_err(|_| Failure::Unreadable)?;
    Ok(stored_files::with_files(app, tenant, entry, stored.uuid, order).await?)
}
