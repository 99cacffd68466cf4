//! The seam between our code and everything a source can send.
//!
//! A job goes in as data, events come out as data: finished, bounded, hashed tables among them. Nobody above this module parses a
//! source's data again, and nobody knows whether the driver runs in this process or in another.

mod child;
mod in_process;
mod order;
mod patience;
mod permits;
mod pulse;
mod remembered;
mod running;
mod settings;

use connectors::Task;
use store::Tenant;

pub(crate) use child::{Child, ChildSettings, work};
pub(crate) use in_process::InProcess;
pub(crate) use order::Order;
pub(crate) use remembered::Remembered;
pub(crate) use running::{Report, Running};
pub(crate) use settings::RunnerSettings;

/// Runs jobs.
pub(crate) trait Runner: Send + Sync {
    /// Starts one for `tenant`.
    fn start(&self, tenant: Tenant, order: Order, task: Task) -> Running;
}
