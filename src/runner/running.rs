//! A job that runs, as those see it who ordered it.

use std::time::Instant;

use catalog::{Catalog, Files, TableDefinition};
use connectors::{ConnectError, ConnectErrorKind, Event, Kind, ServerInfo};
use egress::{Plan, Step, StepEvent, Taken};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::order::Order;
use crate::telemetry;

/// Events that may wait for whoever ordered the job.
pub(super) const WAITING: usize = 16;

/// More steps than these are not noted: no job of ours takes so many.
const STEPS: usize = 10_000;

/// What a runner says of a job.
#[derive(Debug)]
pub(super) enum News {
    /// What the job itself tells.
    Event(Event),
    /// It is run again from the start: what was told before counts no more.
    Again,
}

/// What is heard of a job.
#[derive(Debug)]
pub(crate) enum Report {
    /// The connection test succeeded.
    Tested(ServerInfo),
    /// A table, finished.
    Table(TableDefinition),
    /// How many files of the source were looked at until now.
    Files(Files),
    /// The job is run again from the start: all tables will come anew.
    Again,
    /// All was done; what the schema came to, if it was read.
    Done(Option<Catalog>),
    /// It failed.
    Failed(ConnectError),
}

/// A running job. Dropping it ends the work.
pub(crate) struct Running {
    kind: &'static Kind,
    news: mpsc::Receiver<News>,
    plan: Plan,
    taken: Vec<Taken>,
    /// Steps that began and have not ended, the outermost first.
    open: Vec<(Step, Instant)>,
    tested: bool,
    began: Instant,
    _work: Aborted,
}

impl Running {
    pub(super) fn new(order: Ordered, news: mpsc::Receiver<News>, work: AbortHandle) -> Self {
        let Ordered { kind, plan } = order;
        let (taken, open) = (Vec::new(), Vec::new());
        Self { kind, news, plan, taken, open, tested: false, began: Instant::now(), _work: Aborted(work) }
    }

    /// The steps that the job takes, in running order.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The steps that were taken so far.
    pub(crate) fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// What happens next.
    pub(crate) async fn next(&mut self) -> Report {
        loop {
            match self.news.recv().await {
                None => return self.failed(ConnectErrorKind::Internal.into()),
                Some(News::Again) => {
                    (self.taken, self.open, self.tested) = (Vec::new(), Vec::new(), false);
                    return Report::Again;
                }
                Some(News::Event(Event::Plan(plan))) => self.plan = plan,
                Some(News::Event(Event::Step(step))) => self.note(step),
                Some(News::Event(Event::Server(server))) => {
                    self.measure("test", None);
                    self.tested = true;
                    return Report::Tested(server);
                }
                // The runner has answered it.
                Some(News::Event(Event::Want(_))) => {}
                Some(News::Event(Event::Table(table))) => return Report::Table(table),
                Some(News::Event(Event::Files(files))) => return Report::Files(files),
                Some(News::Event(Event::Done(catalog))) => {
                    if catalog.is_some() {
                        self.measure("read", None);
                    }
                    return Report::Done(catalog);
                }
                Some(News::Event(Event::Failed(error))) => return self.failed(error),
            }
        }
    }

    fn failed(&mut self, error: ConnectError) -> Report {
        // What broke down did not say that its steps ended. The inner ones ended first.
        for (step, began) in std::mem::take(&mut self.open).into_iter().rev() {
            self.taken.push(Taken { step, took: began.elapsed(), ok: false });
        }
        self.measure(if self.tested { "read" } else { "test" }, Some(&error));
        Report::Failed(self.kind.worded(error))
    }

    fn note(&mut self, step: StepEvent) {
        match &step {
            StepEvent::Began(step) if self.open.len() < STEPS => self.open.push((step.clone(), Instant::now())),
            StepEvent::Ended(taken) => {
                if let Some(at) = self.open.iter().rposition(|(step, _)| *step == taken.step) {
                    self.open.remove(at);
                }
            }
            StepEvent::Refused { target, rule } => telemetry::refused(self.kind.name, target, rule),
            StepEvent::Began(_) => {}
        }
        if self.taken.len() < STEPS {
            step.note(&mut self.taken);
        }
    }

    fn measure(&mut self, part: &'static str, error: Option<&ConnectError>) {
        telemetry::job_ended(part, self.kind.name, error, self.began.elapsed());
        self.began = Instant::now();
    }
}

/// What is known of a job from its order on.
pub(super) struct Ordered {
    kind: &'static Kind,
    plan: Plan,
}

impl From<&Order> for Ordered {
    fn from(order: &Order) -> Self {
        Self { kind: order.kind, plan: order.plan.clone() }
    }
}

struct Aborted(AbortHandle);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}
