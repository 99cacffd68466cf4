//! Which steps a job took, how long each was, and which one failed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

use crate::plan::{Plan, Step};
use crate::target::Target;

/// One step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Which.
    pub step: Step,
    /// How long it took.
    pub took: Duration,
    /// Whether it succeeded.
    pub ok: bool,
}

/// What is told of a job while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepEvent {
    /// A step began.
    Began(Step),
    /// A step ended.
    Ended(Taken),
    /// The target is refused: whether a name was looked up before is nobody's business.
    Refused {
        /// Host and port, for the operator.
        target: String,
        /// What refused it, for the operator.
        rule: String,
    },
}

impl StepEvent {
    /// Brings a list of ended steps up to date.
    pub fn note(self, taken: &mut Vec<Taken>) {
        match self {
            Self::Began(_) => {}
            Self::Ended(step) => taken.push(step),
            Self::Refused { .. } => {
                taken.retain(|t| t.step != Step::POLICY && t.step != Step::RESOLVE);
                taken.push(Taken { step: Step::POLICY, took: Duration::ZERO, ok: false });
            }
        }
    }
}

#[derive(Debug, Default)]
struct Job {
    plan: Plan,
    /// The job's time limit; none for work outside of a job.
    whole: Option<Duration>,
    taken: Mutex<Vec<Taken>>,
    /// Bytes that came in on all connections.
    received: AtomicU64,
    listener: Option<UnboundedSender<StepEvent>>,
}

/// Collects the steps of one job and knows how long each may take; clones write to the same list.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    job: Arc<Job>,
    bastion: bool,
}

impl Trace {
    /// The trace of a job that is to take the steps of `plan` within `whole`.
    pub fn new(plan: Plan, whole: Duration) -> Self {
        Self { job: Arc::new(Job { plan, whole: Some(whole), ..Job::default() }), bastion: false }
    }

    /// The same, with somebody who is told of every step as it begins and ends. The list grows by a few entries a job.
    pub fn told(plan: Plan, whole: Duration, listener: UnboundedSender<StepEvent>) -> Self {
        Self { job: Arc::new(Job { plan, whole: Some(whole), listener: Some(listener), ..Job::default() }), bastion: false }
    }

    /// The same list for the way to an SSH server, where connecting is another step.
    pub(crate) fn to_bastion(&self) -> Self {
        Self { job: self.job.clone(), bastion: true }
    }

    /// The longest that a step may take.
    pub fn limit(&self, step: &Step) -> Duration {
        self.job.whole.map_or(Duration::MAX, |whole| self.job.plan.limit(&self.name(step), whole))
    }

    /// Runs `work` as a step. Work that is dropped at a deadline has failed.
    pub async fn step<T, E>(&self, step: Step, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let step = self.name(&step);
        self.tell(StepEvent::Began(step.clone()));
        let mut running = Running { trace: self, step, began: Instant::now(), ok: false };
        let result = work.await;
        running.ok = result.is_ok();
        result
    }

    /// Notes a step that took no time worth telling.
    pub fn note(&self, step: &Step, ok: bool) {
        self.tell(StepEvent::Ended(Taken { step: self.name(step), took: Duration::ZERO, ok }));
    }

    /// What was taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.job.taken.lock().expect("no panic under this lock").clone()
    }

    /// Bytes that came in so far, on all connections of the job.
    pub fn received(&self) -> u64 {
        self.job.received.load(Ordering::Relaxed)
    }

    pub(crate) fn receive(&self, bytes: usize) {
        self.job.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A target that is refused after its name was looked up must look like one refused before.
    pub(crate) fn refuse(&self, target: &Target, rule: String) {
        self.tell(StepEvent::Refused { target: format!("{}:{}", target.host, target.port), rule });
    }

    fn name(&self, step: &Step) -> Step {
        if self.bastion && *step == Step::CONNECT { Step::SSH_CONNECT } else { step.clone() }
    }

    fn tell(&self, event: StepEvent) {
        if let Some(listener) = &self.job.listener {
            // Whoever listened may have gone: then so does the job.
            let _ = listener.send(event.clone());
        }
        event.note(&mut self.job.taken.lock().expect("no panic under this lock"));
    }
}

struct Running<'a> {
    trace: &'a Trace,
    step: Step,
    began: Instant,
    ok: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.trace.tell(StepEvent::Ended(Taken { step: self.step.clone(), took: self.began.elapsed(), ok: self.ok }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn steps_and_failures() {
        let (listener, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let trace = Trace::told(Plan::new(), Duration::from_secs(10), listener);
        let _ = trace.step(Step::CONNECT, async { Ok::<_, ()>(()) }).await;
        let _ = trace.to_bastion().step(Step::CONNECT, async { Err::<(), _>(()) }).await;
        let dropped = trace.step(Step::TLS, std::future::pending::<Result<(), ()>>());
        assert!(tokio::time::timeout(Duration::from_millis(5), dropped).await.is_err());
        let ended: Vec<_> = trace.taken().into_iter().map(|t| (t.step, t.ok)).collect();
        assert_eq!(ended, [(Step::CONNECT, true), (Step::SSH_CONNECT, false), (Step::TLS, false)]);
        trace.note(&Step::RESOLVE, true);
        trace.refuse(&Target::new("h".parse().expect("host"), 1), "a rule".to_owned());
        assert_eq!(trace.taken().last().map(|t| (t.step.clone(), t.ok)), Some((Step::POLICY, false)));
        assert!(trace.taken().iter().all(|t| t.step != Step::RESOLVE));

        // Who listens comes to the same list.
        let mut told = Vec::new();
        while let Ok(event) = heard.try_recv() {
            event.note(&mut told);
        }
        assert_eq!(told, trace.taken());
    }
}
