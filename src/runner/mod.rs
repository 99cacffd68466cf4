//! The seam between our code and everything a source can send.
//!
//! A probe tests a source and streams its schema as finished, bounded definitions. Nobody above this module parses
//! a source's data again, so the drivers can one day move into a process of their own by changing one file.

mod in_process;
mod permits;

use connectors::{Catalog, ConnectError, ConnectErrorKind, ServerInfo, Source, TableDefinition};
use egress::Trace;
use store::Tenant;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

pub(crate) use in_process::{InProcess, ProbeSettings};

/// Runs probes.
pub(crate) trait Prober: Send + Sync {
    /// Starts one for `tenant`.
    fn start(&self, tenant: Tenant, kind: &'static str, source: Box<dyn Source>) -> Probe;
}

/// A running probe. Dropping it ends the work.
pub(crate) struct Probe {
    trace: Trace,
    tested: oneshot::Receiver<Result<ServerInfo, ConnectError>>,
    tables: mpsc::Receiver<TableDefinition>,
    read: oneshot::Receiver<Result<Catalog, ConnectError>>,
    _work: Aborted,
}

impl Probe {
    /// The steps that were taken; grows while the probe runs.
    pub(crate) fn trace(&self) -> Trace {
        self.trace.clone()
    }

    /// Waits for the connection test.
    pub(crate) async fn tested(&mut self) -> Result<ServerInfo, ConnectError> {
        (&mut self.tested).await.unwrap_or_else(|_| Err(ConnectErrorKind::Internal.into()))
    }

    /// The next finished table; none when there are no more.
    pub(crate) async fn table(&mut self) -> Option<TableDefinition> {
        self.tables.recv().await
    }

    /// Whether all tables came, and what they amount to.
    pub(crate) async fn read(self) -> Result<Catalog, ConnectError> {
        self.read.await.unwrap_or_else(|_| Err(ConnectErrorKind::Internal.into()))
    }
}

struct Aborted(AbortHandle);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}
