//! Probes on threads of their own: drivers never run on the threads that serve the API.

use std::sync::Arc;
use std::time::{Duration, Instant};

use connectors::{CatalogBuilder, ConnectError, Source};
use egress::{Deadline, Direct, Limits, Policy, Session, Step, SystemResolver, Trace};
use store::Tenant;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};

use super::permits::Permits;
use super::{Aborted, Probe, Prober};
use crate::telemetry;

/// Finished tables that may wait for the store. Bounds the memory between driver and store.
const WAITING: usize = 16;

/// Limits of all probes.
#[derive(Debug, Clone)]
pub(crate) struct ProbeSettings {
    /// What may be dialed.
    pub(crate) policy: Arc<Policy>,
    /// Time for the connection test.
    pub(crate) test_timeout: Duration,
    /// Time for reading the schema.
    pub(crate) read_timeout: Duration,
    /// Connection tests at once.
    pub(crate) max_tests: u32,
    /// Reads at once.
    pub(crate) max_reads: u32,
    /// Caps on what is read.
    pub(crate) limits: Limits,
}

/// Runs probes in this process.
pub(crate) struct InProcess {
    runtime: Option<Runtime>,
    shared: Arc<Shared>,
}

struct Shared {
    dialer: Direct,
    settings: ProbeSettings,
    tests: Permits,
    reads: Permits,
}

impl InProcess {
    /// A prober with two threads.
    pub(crate) fn new(settings: ProbeSettings) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2) // Looking a name up blocks a thread, for longer than a test that gave up: enough for two greedy organisations.
            .max_blocking_threads(1_024)
            .thread_name("probe")
            .enable_all()
            .build()?;
        let dialer = Direct::new(settings.policy.clone(), Arc::new(SystemResolver));
        let (tests, reads) = (Permits::new(settings.max_tests), Permits::new(settings.max_reads));
        Ok(Self { runtime: Some(runtime), shared: Arc::new(Shared { dialer, settings, tests, reads }) })
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        // A driver stuck in a computation must not hold up the end of the server.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Prober for InProcess {
    fn start(&self, tenant: Tenant, kind: &'static str, source: Box<dyn Source>) -> Probe {
        let (tested_to, tested) = oneshot::channel();
        let (read_to, read) = oneshot::channel();
        let (tables_to, tables) = mpsc::channel(WAITING);
        let (shared, trace) = (self.shared.clone(), Trace::new(source.plan(), self.shared.settings.test_timeout));
        let steps = trace.clone();
        let work = async move {
            let began = Instant::now();
            let deadline = Deadline::after(shared.settings.test_timeout);
            let session = Session::new(Arc::new(shared.dialer.clone()), deadline, shared.settings.limits, steps.clone());
            let test = async {
                let _permit = deadline.run(shared.tests.acquire(tenant)).await?;
                source.open(&session).await
            };
            let mut opened = match test.await {
                Ok(opened) => opened,
                Err(error) => {
                    telemetry::probed("test", kind, Some(&error), began.elapsed());
                    let _ = tested_to.send(Err(error));
                    return;
                }
            };
            telemetry::probed("test", kind, None, began.elapsed());
            // Whoever waited may have gone: then so does this task, by being aborted.
            let _ = tested_to.send(Ok(opened.server().clone()));

            let began = Instant::now();
            let deadline = Deadline::after(shared.settings.read_timeout);
            let read = async {
                let _permit = deadline.run(shared.reads.acquire(tenant)).await?;
                let mut builder = CatalogBuilder::new(tables_to, deadline, shared.settings.limits);
                opened.introspect(&mut builder).await?;
                deadline.run(builder.finish()).await?
            };
            let result: Result<_, ConnectError> = steps.step(Step::READ, read).await;
            telemetry::probed("read", kind, result.as_ref().err(), began.elapsed());
            let _ = read_to.send(result);
        };
        let runtime = self.runtime.as_ref().expect("there until dropped");
        Probe { trace, tested, tables, read, _work: Aborted(runtime.spawn(work).abort_handle()) }
    }
}
