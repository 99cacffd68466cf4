//! What is said through the pipes of a child process.

use connectors::{Event, Job};
use serde::{Deserialize, Serialize};

/// The number of a job, unique in the server.
pub(super) type JobId = u64;

/// From the server to a child, on its standard input.
#[derive(Serialize, Deserialize)]
pub(super) enum ToChild {
    /// Begin with a job.
    Run(JobId, Box<Job>),
    /// Its schema may be read.
    Read(JobId),
    /// It is wanted no more.
    Cancel(JobId),
}

/// From a child to the server, on its standard output.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromChild {
    /// What a job tells.
    Event(JobId, Event),
    /// The source of a job sends.
    Moved(JobId),
    /// Nothing more of a job will come: it has ended, or was cancelled.
    Left(JobId),
    /// A counter went up.
    Count(Count),
}

/// How far a counter of the child's went up since it was last told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Count {
    /// The counter.
    pub(super) name: String,
    /// Its labels.
    pub(super) labels: Vec<(String, String)>,
    /// By how much.
    pub(super) by: u64,
}
