//! What `serve` and `dev` have in common: from settings to a running server.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use connectors::Registry;
use egress::Policy;
use store::Store;
use tokio::net::TcpListener;

use super::CliError;
use super::machine::{children_by_machine, descriptors, own_program};
use super::metadata::Keyring;
use super::metrics::Metrics;
use crate::app::{App, RequestLimits, StagingLimits};
use crate::auth::{Failures, Tokens};
use crate::config::{Jobs, RunnerKind, Service};
use crate::datasource::Underway;
use crate::files::FileStore;
use crate::http::knocks::Knocks;
use crate::readiness::Readiness;
use crate::replicas::{RENEWED_EVERY, Replicas};
use crate::runner::{Child, ChildSettings, InProcess, Runner, RunnerSettings};
use crate::server::ClientLimits;
use crate::{clock, datasource, router, server, telemetry};

/// Definitions that a version without staging areas wrote longer ago than this, for a datasource that never came to be, are swept.
const SWEEP_AGE: Duration = Duration::from_hours(24);

/// How often they are looked for.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// How long to wait when the database failed in the middle of an upgrade.
const UPGRADE_AGAIN: Duration = Duration::from_secs(10);

/// Connections of clients at once.
const CONNECTIONS: usize = 10_000;

/// Everything a server needs to start.
pub(super) struct Plan {
    pub(super) store: Arc<dyn Store>,
    pub(super) keys: Keyring,
    pub(super) policy: Policy,
    pub(super) service: Service,
    pub(super) listener: TcpListener,
    pub(super) metrics: Metrics,
    /// Where uploaded files are kept.
    pub(super) files: PathBuf,
    /// Where drivers run unless the settings say otherwise.
    pub(super) runner: RunnerKind,
}

/// Serves until a signal comes.
pub(super) async fn run(plan: Plan) -> Result<(), CliError> {
    let cipher = plan.keys.verified(plan.store.clone()).await?;
    let address = plan.listener.local_addr().map_err(|e| CliError::Text(e.to_string()))?;
    let replicas = Replicas::join(plan.store.clone(), plan.metrics.with(address)).await?;
    let readiness = Arc::new(Readiness::new(replicas.clone()));
    let service = plan.service;
    let settings = RunnerSettings {
        policy: plan.policy,
        replicas: replicas.clone(),
        test_timeout: service.test_timeout,
        read_timeout: service.read_timeout,
        queue_timeout: service.queue_timeout,
        max_tests: service.max_tests,
        max_reads: service.max_reads,
        limits: service.limits(),
    };
    let runner = runner(settings, &service.jobs, plan.runner)?;
    // A change is tried three times at most; what is left is for the store.
    let whole = (service.test_timeout + service.read_timeout + service.queue_timeout) * 3 + Duration::from_mins(1);
    let front = service.front;
    let limits = ClientLimits {
        // As many are left for sources and the store.
        connections: usize::try_from(descriptors() / 2).unwrap_or(CONNECTIONS).min(CONNECTIONS),
        first: service.request_timeout,
        write: front.write_timeout,
    };
    let app = Arc::new(App {
        store: plan.store.clone(),
        cipher,
        registry: Registry,
        runner,
        tokens: Tokens::new(plan.store.clone()),
        readiness,
        knocks: Knocks { failures: Failures::new(front.auth_failures), proxies: front.trusted_proxies },
        limits: RequestLimits { body: service.max_body, arrival: service.request_timeout, whole },
        staging: StagingLimits { lease: service.staging_lease, bytes: service.max_staged },
        files: FileStore::new(plan.files),
        underway: Underway::default(),
        file_limits: service.files,
        metrics: telemetry::start_metrics()?,
        metrics_access: plan.metrics.access,
        stopping: AtomicBool::new(false),
    });
    let chores = (tokio::spawn(chores(app.clone())), tokio::spawn(upgrade(app.clone())));
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    let stop = {
        let app = app.clone();
        async move {
            signal().await;
            app.stopping.store(true, Ordering::Relaxed);
            tracing::info!("stopping: running requests may finish");
        }
    };
    let metrics = plan.metrics.listener.map(|listener| {
        let router = router::metrics_router(app.clone());
        tokio::spawn(async move { server::serve(listener, router, limits, std::future::pending(), Duration::ZERO).await })
    });
    server::serve(plan.listener, router::router(app), limits, stop, service.shutdown_grace).await;
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    chores.0.abort();
    chores.1.abort();
    replicas.leave().await;
    tracing::info!("stopped");
    Ok(())
}

fn runner(settings: RunnerSettings, jobs: &Jobs, usual: RunnerKind) -> Result<Arc<dyn Runner>, CliError> {
    match jobs.runner.unwrap_or(usual) {
        RunnerKind::InProcess => {
            let runner = InProcess::new(settings).map_err(|e| CliError::Text(format!("cannot start threads: {e}")))?;
            Ok(Arc::new(runner))
        }
        RunnerKind::Child => {
            let program =
                own_program().map_err(|e| CliError::Text(format!("cannot find the program itself, set --runner in-process: {e}")))?;
            let size = jobs.max_children.map_or_else(children_by_machine, |n| n as usize);
            Ok(Arc::new(Child::new(settings, ChildSettings { program, size, memory: jobs.child_memory })))
        }
    }
}

/// Housekeeping: metrics' own, the lease of this server's listeners, and what killed jobs left behind.
async fn chores(app: Arc<App>) {
    let mut upkeep = tokio::time::interval(Duration::from_secs(5));
    let mut sweep = tokio::time::interval(SWEEP_EVERY);
    let mut listener_lease = tokio::time::interval(RENEWED_EVERY);
    let mut staging_leases = tokio::time::interval(app.staging.lease / 2);
    loop {
        tokio::select! {
            _ = upkeep.tick() => app.metrics.run_upkeep(),
            // It says itself when it fails.
            _ = listener_lease.tick() => drop(app.readiness.store_is_up().await),
            _ = staging_leases.tick() => match app.store.sweep_staging(clock::now()).await {
                Ok(0) => {}
                Ok(swept) => tracing::info!(swept, "what a lost server had staged is removed"),
                Err(cause) => tracing::warn!(%cause, "what lost servers may have staged could not be looked for"),
            },
            _ = sweep.tick() => {
                datasource::sweep_files(&app).await;
                if let Err(cause) = app.cipher.forget_the_deleted().await {
                    tracing::warn!(%cause, "keys of deleted organisations could not be forgotten");
                }
                let before = store::Timestamp(clock::now().0 - clock::millis(SWEEP_AGE));
                match app.store.sweep(before).await {
                    Ok(0) => {}
                    Ok(swept) => tracing::info!(swept, "definitions of unfinished datasources removed"),
                    Err(cause) => tracing::warn!(%cause, "unfinished datasources could not be swept"),
                }
            }
        }
    }
}

/// Brings what an older version stored into this one's form, however long the database is away meanwhile.
async fn upgrade(app: Arc<App>) {
    while let Err(cause) = datasource::upgrade(&app).await {
        tracing::warn!(%cause, "what an older version stored could not be brought into this version's form; trying again");
        tokio::time::sleep(UPGRADE_AGAIN).await;
    }
}

/// SIGTERM, SIGINT.
async fn signal() {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).expect("signals can be waited for");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
