//! A connection test that tells every step: what was done, how long it took, what failed and what to do.

use std::time::{Duration, Instant};

use catalog::Catalog;
use connectors::{ConnectErrorKind, Exposure, ServerInfo, StepReport, Task, report};
use store::Tenant;

use crate::app::App;
use crate::runner::{Order, Report};

/// The whole of it.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    pub(crate) steps: Vec<StepReport>,
    pub(crate) server: Option<ServerInfo>,
    /// What the schema came to; the tables themselves are thrown away.
    pub(crate) counts: Option<Catalog>,
    pub(crate) took: Duration,
    /// Who else may have the login.
    pub(crate) exposure: Option<Exposure>,
    /// Whether it failed because uploaded files could not be read.
    pub(crate) lacks_files: bool,
}

impl Diagnosis {
    /// Whether every step succeeded.
    pub(crate) fn succeeded(&self) -> bool {
        self.counts.is_some()
    }
}

/// Tests and reads a source, and stores nothing.
pub(crate) async fn diagnose(app: &App, tenant: Tenant, order: Order) -> Diagnosis {
    let (began, exposure) = (Instant::now(), order.exposure);
    let mut running = app.runner.start(tenant, order, Task::Survey);
    let mut server = None;
    let (counts, failure) = loop {
        match running.next().await {
            Report::Tested(info) => server = Some(info),
            Report::Table(_) | Report::Files(_) => {}
            Report::Again => server = None,
            Report::Done(counts) => break (counts, None),
            Report::Failed(error) => break (None, Some(error)),
        }
    };
    // A refusal by policy takes the same time whatever lies behind the target: none.
    let refused = failure.as_ref().is_some_and(|error| error.kind == ConnectErrorKind::Denied);
    let took = if refused { Duration::ZERO } else { began.elapsed() };
    let lacks_files = failure.as_ref().is_some_and(|error| error.kind == ConnectErrorKind::FilesUnavailable);
    Diagnosis { steps: report(running.plan(), running.taken(), failure.as_ref()), server, counts, took, lacks_files, exposure }
}
