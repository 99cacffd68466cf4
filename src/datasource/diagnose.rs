//! A connection test that tells every step: what was done, how long it took, what failed and what to do.

use std::time::{Duration, Instant};

use connectors::{Catalog, ConnectError, ConnectErrorKind, ServerInfo, Source};
use egress::{Step, Taken};
use store::Tenant;

use crate::app::App;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Failed(ConnectError),
    /// Not taken, and why.
    Skipped(&'static str),
}

/// One step of a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepReport {
    pub(crate) step: Step,
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
}

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
    let planned = source.steps();
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
    Diagnosis { steps: report(planned, &trace.taken(), failure.as_ref()), server, counts, took }
}

/// Puts the plan, what was taken, and the failure together.
fn report(mut planned: Vec<Step>, taken: &[Taken], failure: Option<&ConnectError>) -> Vec<StepReport> {
    let last_failed = taken.iter().rev().find(|t| !t.ok).or(taken.last()).map_or(Step::Validate, |t| t.step);
    let failed_at = failure.map(|error| error.step().unwrap_or(last_failed));
    // A step that was not planned may be what is missing: TLS, where the server insists on it.
    planned.extend(failed_at);
    planned.sort_unstable();
    planned.dedup();
    let took = |step| taken.iter().filter(|t| t.step == step).map(|t| t.took).sum();
    let outcome = |step: Step| match (failed_at, failure) {
        (Some(at), Some(error)) if step == at => Outcome::Failed(error.clone()),
        (Some(at), _) if step > at => Outcome::Skipped("an earlier step failed"),
        _ if step == Step::Validate || taken.iter().any(|t| t.step == step) => Outcome::Ok,
        _ => Outcome::Skipped("not needed"),
    };
    planned.into_iter().map(|step| StepReport { step, outcome: outcome(step), took: took(step) }).collect()
}
