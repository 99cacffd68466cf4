//! Jobs in child processes: a driver that aborts, eats its memory or never ends costs its own job, and nothing else.
//!
//! A child is this same program. Jobs go to its standard input and events come from its standard output, both as frames.

mod bounds;
mod confine;
mod counts;
mod drive;
mod frame;
mod message;
mod pool;
mod process;
mod said;
mod seat;
mod work;

use std::sync::Arc;

use connectors::Task;
use store::Tenant;
use tokio::sync::mpsc;

use self::drive::{Shared, drive};
use self::pool::Pool;
use super::permits::Permits;
use super::running::WAITING;
use super::{Order, Runner, RunnerSettings, Running};

pub(crate) use pool::ChildSettings;
pub(crate) use work::work;

/// Runs jobs in child processes.
pub(crate) struct Child(Arc<Shared>);

impl Child {
    /// A runner with its first children.
    pub(crate) fn new(settings: RunnerSettings, children: ChildSettings) -> Self {
        let (tests, reads) = (Permits::new(settings.max_tests), Permits::new(settings.max_reads));
        Self(Arc::new(Shared { settings, tests, reads, pool: Pool::new(children) }))
    }
}

impl Runner for Child {
    fn start(&self, tenant: Tenant, order: Order, task: Task) -> Running {
        let (out, news) = mpsc::channel(WAITING);
        let ordered = (&order).into();
        let work = tokio::spawn(drive(self.0.clone(), tenant, order, task, out));
        Running::new(ordered, news, work.abort_handle())
    }
}
