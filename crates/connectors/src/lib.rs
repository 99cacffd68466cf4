//! The kinds of datasource: what credentials each takes, how it is tested, how its schema is read.
//!
//! Adding a kind: one folder in `kinds`, and its lines in `kinds/mod.rs`.

mod clock;
mod connector;
pub mod credentials;
mod error;
mod exposure;
mod files;
mod job;
mod job_files;
mod kind;
mod kinds;
mod registry;
mod report;
mod rest;
mod route;
mod run;
#[cfg(test)]
mod script;
mod server;

pub use connector::{Opened, Source};
pub use credentials::{Parsed, Rule, Violation};
pub use error::{ConnectError, ConnectErrorKind};
pub use exposure::Exposure;
pub use job::{Credentials, Event, FileRange, Job, JobFile, Scope, Statement, TablePlace, Task, TimeLimits, Want};
pub use job_files::JobFiles;
pub use kind::Kind;
pub use registry::Registry;
pub use report::{Outcome, StepReport, report};
pub use run::{Closed, Sink, run};
pub use server::ServerInfo;
