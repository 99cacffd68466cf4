//! What every request may use.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use connectors::Registry;
use metrics_exporter_prometheus::PrometheusHandle;
use store::{Cipher, Hash, Store};

use crate::auth::Tokens;
use crate::config::FileLimits;
use crate::datasource::Underway;
use crate::files::FileStore;
use crate::http::knocks::Knocks;
use crate::readiness::Readiness;
use crate::runner::Runner;

/// The server's collaborators, shared by all requests.
pub(crate) struct App {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) cipher: Cipher,
    pub(crate) registry: Registry,
    pub(crate) runner: Arc<dyn Runner>,
    pub(crate) tokens: Tokens,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) knocks: Knocks,
    pub(crate) limits: RequestLimits,
    pub(crate) staging: StagingLimits,
    pub(crate) files: Arc<FileStore>,
    /// Syncs that run in this server.
    pub(crate) underway: Underway,
    pub(crate) file_limits: FileLimits,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) metrics_access: MetricsAccess,
    /// Set when the server has been told to stop.
    pub(crate) stopping: AtomicBool,
}

/// Limits of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestLimits {
    /// Bytes of a body.
    pub(crate) body: usize,
    /// Time for the body to arrive.
    pub(crate) arrival: Duration,
    /// Time for the whole request, jobs included.
    pub(crate) whole: Duration,
}

/// Limits of what is staged: written, and not yet part of a schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StagingLimits {
    /// For how long it stays without a sign of life from whoever staged it.
    pub(crate) lease: Duration,
    /// Bytes of one organisation at once.
    pub(crate) bytes: u64,
}

/// Who sees the metrics.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MetricsAccess {
    /// SHA-256 of the token to ask for, if one is set.
    pub(crate) token: Option<Hash>,
    /// Whether they have a listener of their own, and are not on the main one.
    pub(crate) elsewhere: bool,
}

/// The state of the router.
pub(crate) type AppState = Arc<App>;
