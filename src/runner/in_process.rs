//! Jobs in this process, on threads of their own: drivers never run on the threads that serve the API.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use connectors::{Closed, ConnectError, Event, Sink, Task, Want};
use store::Tenant;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use super::patience::Patience;
use super::permits::{Permit, Permits};
use super::pulse::Pulse;
use super::running::{News, WAITING};
use super::{Order, Runner, RunnerSettings, Running};

/// Runs jobs in this process.
pub(crate) struct InProcess {
    runtime: Option<Runtime>,
    shared: Arc<Shared>,
}

struct Shared {
    settings: RunnerSettings,
    tests: Permits,
    reads: Permits,
}

impl InProcess {
    /// A runner with two threads.
    pub(crate) fn new(settings: RunnerSettings) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2) // Looking a name up blocks a thread, for longer than a test that gave up: enough for two greedy organisations.
            .max_blocking_threads(1_024)
            .thread_name("job")
            .enable_all()
            .build()?;
        let (tests, reads) = (Permits::new(settings.max_tests), Permits::new(settings.max_reads));
        Ok(Self { runtime: Some(runtime), shared: Arc::new(Shared { settings, tests, reads }) })
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

impl Runner for InProcess {
    fn start(&self, tenant: Tenant, order: Order, task: Task) -> Running {
        let (out, news) = mpsc::channel(WAITING);
        let (shared, ordered) = (self.shared.clone(), (&order).into());
        let work = async move {
            let (mut patience, pulse) = (Patience::new(shared.settings.queue_timeout), Pulse::new());
            let permit = match patience.wait(shared.tests.acquire(tenant, pulse.clone())).await {
                Ok(permit) => Mutex::new(Some(permit)),
                Err(busy) => {
                    // Whoever ordered the job may have gone.
                    let _ = out.send(News::Event(Event::Failed(busy))).await;
                    return;
                }
            };
            // Only now does the source's time begin.
            let job = shared.settings.job(&order, task, shared.settings.time()).await;
            let patience = tokio::sync::Mutex::new(patience);
            connectors::run(job, &Local { out, tenant, shared: shared.clone(), permit, pulse, patience, order }).await;
        };
        let runtime = self.runtime.as_ref().expect("there until dropped");
        Running::new(ordered, news, runtime.spawn(work).abort_handle())
    }
}

/// From a job to whoever ordered it.
struct Local {
    out: mpsc::Sender<News>,
    tenant: Tenant,
    shared: Arc<Shared>,
    /// For what is being done now.
    permit: Mutex<Option<Permit>>,
    pulse: Pulse,
    patience: tokio::sync::Mutex<Patience>,
    order: Order,
}

impl Local {
    fn hold(&self, permit: Option<Permit>) {
        *self.permit.lock().expect("no panic under this lock") = permit;
    }
}

#[async_trait]
impl Sink for Local {
    async fn send(&self, event: Event) -> Result<(), Closed> {
        self.pulse.beat();
        if matches!(event, Event::Server(_)) {
            self.hold(None);
        }
        self.out.send(News::Event(event)).await.map_err(|_| Closed)
    }

    async fn may_read(&self) -> Result<(), ConnectError> {
        let place = self.shared.reads.acquire(self.tenant, self.pulse.clone());
        let permit = self.patience.lock().await.wait(place).await?;
        self.hold(Some(permit));
        Ok(())
    }

    async fn bytes(&self, want: Want) -> Result<Option<Bytes>, Closed> {
        self.pulse.beat();
        self.order.give(want).await.map_err(|_| Closed)
    }

    async fn moved(&self) -> Result<(), Closed> {
        self.pulse.beat();
        Ok(())
    }
}
