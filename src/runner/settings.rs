//! Limits of all jobs, whoever runs them.

use std::sync::Arc;
use std::time::Duration;

use catalog::Limits;
use connectors::{Job, Task, TimeLimits};
use egress::{Deadline, Policy};

use super::order::Order;
use crate::files::Lent;
use crate::replicas::Replicas;

/// Limits of all jobs.
#[derive(Debug, Clone)]
pub(crate) struct RunnerSettings {
    /// What may be dialed.
    pub(crate) policy: Policy,
    /// Who else serves: they may not be dialed.
    pub(crate) replicas: Arc<Replicas>,
    /// Time for the connection test.
    pub(crate) test_timeout: Duration,
    /// Time for reading the schema.
    pub(crate) read_timeout: Duration,
    /// How long a job waits for places, in all.
    pub(crate) queue_timeout: Duration,
    /// Connection tests at once.
    pub(crate) max_tests: u32,
    /// Reads at once.
    pub(crate) max_reads: u32,
    /// Caps on what is read.
    pub(crate) limits: Limits,
}

impl RunnerSettings {
    /// The time limits of a job that begins now.
    pub(super) fn time(&self) -> TimeLimits {
        TimeLimits { whole: self.test_timeout, test: Deadline::after(self.test_timeout), read: self.read_timeout }
    }

    /// The job of an order.
    pub(super) async fn job(&self, order: &Order, task: Task, time: TimeLimits) -> Job {
        let mut policy = self.policy.clone();
        policy.own.extend(self.replicas.others().await);
        let (kind, credentials) = (order.kind.name.to_owned(), order.credentials.clone());
        let files = order.files.as_ref().map(Lent::list).unwrap_or_default();
        let remembered = order.remembered.is_some();
        Job { kind, credentials, task, policy, limits: self.limits, files, remembered, time }
    }
}
