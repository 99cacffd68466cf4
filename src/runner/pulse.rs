//! When something was last heard of a job.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A job of which nothing was heard for so long makes no progress.
pub(super) const QUIET: Duration = Duration::from_secs(2);

/// The moment at which something was last heard of a job; clones are of the same job.
#[derive(Debug, Clone)]
pub(super) struct Pulse(Arc<Mutex<Instant>>);

impl Pulse {
    /// Of a job that begins now.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Something is heard.
    pub(super) fn beat(&self) {
        *self.0.lock().expect("no panic under this lock") = Instant::now();
    }

    /// Whether nothing was heard for a while.
    pub(super) fn is_quiet(&self) -> bool {
        self.0.lock().expect("no panic under this lock").elapsed() >= QUIET
    }
}
