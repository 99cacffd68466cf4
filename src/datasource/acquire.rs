//! From a source into the store: test, read, and stage, for whatever is to become of it.

use std::collections::HashSet;

use connectors::{ConnectError, ConnectErrorKind, Scope, ServerInfo, Task};
use store::{Catalog, Datasource, StoreError, Tenant};
use uuid::Uuid;

use super::lease::Lease;
use super::staging::Staging;
use crate::app::App;
use crate::runner::{Order, Report};

/// Where a schema is staged.
#[derive(Debug, Clone, Copy)]
pub(super) enum Destination<'a> {
    /// Under an id that has nothing yet.
    New(Uuid),
    /// Beside what a datasource has already: definitions that it has are not written again.
    Existing(&'a Datasource),
}

impl Destination<'_> {
    fn uuid(self) -> Uuid {
        match self {
            Self::New(uuid) => uuid,
            Self::Existing(stored) => stored.uuid,
        }
    }
}

/// A source that works: who answers, and its schema, staged.
pub(super) struct Acquired {
    pub(super) server: ServerInfo,
    pub(super) catalog: Catalog,
    pub(super) staged: Staged,
}

/// What was staged for a schema that is about to be written. Dropped, it is taken back.
pub(super) struct Staged(Option<Lease>);

impl Staged {
    /// The schema was written, or was not: then what was staged is gone before this returns.
    pub(super) async fn end(self, written: bool) {
        match self.0 {
            Some(lease) if written => lease.used(),
            Some(lease) => lease.leave().await,
            None => {}
        }
    }
}

/// Why nothing was acquired.
#[derive(Debug, thiserror::Error)]
pub(super) enum AcquireError {
    /// The connection test failed.
    #[error("{0}")]
    Test(ConnectError),
    /// The schema could not be read.
    #[error("{0}")]
    Read(ConnectError),
    /// The definitions that are known could not be looked up.
    #[error(transparent)]
    Lookup(StoreError),
    /// The schema could not be staged.
    #[error(transparent)]
    Stage(StoreError),
    /// Somebody else's change of the datasource came first.
    #[error("the datasource was changed meanwhile")]
    Stale,
}

/// Tests a source, reads its schema and stages it. If that fails, nothing staged is left.
pub(super) async fn acquire(app: &App, tenant: Tenant, into: Destination<'_>, order: Order) -> Result<Acquired, AcquireError> {
    let mut staging = Staging::new(app, tenant, into.uuid());
    let read = read(app, tenant, into, order, &mut staging).await;
    if read.is_err() {
        staging.abandon().await;
    }
    match (read, into) {
        (Err(AcquireError::Stage(StoreError::StagingLost)), Destination::Existing(_)) => Err(AcquireError::Stale),
        (Err(AcquireError::Test(error) | AcquireError::Read(error)), Destination::Existing(stored))
            if error.kind == ConnectErrorKind::FilesUnavailable && is_stale(app, tenant, stored).await? =>
        {
            Err(AcquireError::Stale)
        }
        (read, _) => read,
    }
}

/// Whether somebody has changed or deleted it meanwhile: then its files from before are gone, and nothing is wrong with that.
async fn is_stale(app: &App, tenant: Tenant, stored: &Datasource) -> Result<bool, AcquireError> {
    let now = app.store.datasource_by_uuid(tenant, stored.uuid).await.map_err(AcquireError::Lookup)?;
    Ok(now.is_none_or(|now| now.revision != stored.revision))
}

async fn read(app: &App, tenant: Tenant, into: Destination<'_>, order: Order, staging: &mut Staging) -> Result<Acquired, AcquireError> {
    let mut running = app.runner.start(tenant, order, Task::Read(Scope::All));
    let (mut server, mut known) = (None, None);
    loop {
        match running.next().await {
            Report::Tested(info) => {
                server = Some(info);
                if known.is_none() {
                    known = Some(match into {
                        Destination::New(_) => HashSet::new(),
                        Destination::Existing(stored) => {
                            app.store.definition_hashes(tenant, stored.uuid).await.map_err(AcquireError::Lookup)?
                        }
                    });
                }
            }
            Report::Table(table) => {
                let known = known.get_or_insert_default();
                staging.add(table, known).await.map_err(AcquireError::Stage)?;
            }
            Report::Files(files) => app.underway.looked_at(tenant, into.uuid(), Some(files)),
            Report::Again => {
                app.underway.looked_at(tenant, into.uuid(), None);
                server = None;
                staging.restart();
            }
            Report::Failed(error) if server.is_none() => return Err(AcquireError::Test(error)),
            Report::Failed(error) => return Err(AcquireError::Read(error)),
            Report::Done(read) => {
                let (Some(server), Some(read)) = (server, read) else {
                    return Err(AcquireError::Read(ConnectErrorKind::Internal.into()));
                };
                let (catalog, lease) = staging.finish(&read).await.map_err(AcquireError::Stage)?;
                return Ok(Acquired { server, catalog, staged: Staged(lease) });
            }
        }
    }
}
