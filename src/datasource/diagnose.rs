//! A connection test that tells every step: what was done, how long it took, what failed and what to do.

use std::time::{Duration, Instant};

use catalog::Catalog;
use connectors::{ConnectErrorKind, ServerInfo, Source, StepReport, report};
use store::Tenant;

use crate::app::App;

/// The whole of it.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    pub(crate) steps: Vec<StepReport>,
    pub(crate) server: Option<ServerInfo>,
    /// What the schema came to; the tables themselves are thrown away.
    pub(crate) counts: Option<Catalog>,
    pub(crate) took: Duration,
}

impl Diagnosis {
    /// Whether every step succeeded.
    pub(crate) fn succeeded(&self) -> bool {
        self.counts.is_some()
    }
}

/// Tests and reads a source, and stores nothing.
pub(crate) async fn diagnose(app: &App, tenant: Tenant, kind: &'static str, source: Box<dyn Source>) -> Diagnosis {
    let began = Instant::now();
    let plan = source.plan();
    let mut probe = app.prober.start(tenant, kind, source);
    let trace = probe.trace();
    let (mut server, mut counts, mut failure) = (None, None, None);
    match probe.tested().await {
        Err(error) => failure = Some(error),
        Ok(info) => {
            server = Some(info);
            while probe.table().await.is_some() {}
            match probe.read().await {
                Ok(catalog) => counts = Some(catalog),
                Err(error) => failure = Some(error),
            }
        }
    }
    // A refusal by policy takes the same time whatever lies behind the target: none.
    let refused = failure.as_ref().is_some_and(|error| error.kind == ConnectErrorKind::Denied);
    let took = if refused { Duration::ZERO } else { began.elapsed() };
    Diagnosis { steps: report(&plan, &trace.taken(), failure.as_ref()), server, counts, took }
}
