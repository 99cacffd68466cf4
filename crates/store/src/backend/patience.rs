//! How long a session waits, and what a wait without an answer says of its connection.

use std::time::{Duration, Instant};

use super::doubt::Doubt;
use super::limits::DOUBT;
use crate::error::{Silence, StoreError};

/// The patience of one session.
#[derive(Debug)]
pub(super) struct Patience {
    limit: Duration,
    /// Since when an answer is waited for; it stays when nobody waits any more.
    since: Option<Instant>,
    doubt: Doubt,
}

impl Patience {
    /// For so long, for each statement.
    pub(super) fn new(limit: Duration, doubt: Doubt) -> Self {
        Self { limit, since: None, doubt }
    }

    /// Another limit from now on.
    pub(super) fn change(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Waits for the answer to a statement.
    pub(super) async fn hold<T>(&mut self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.since = Some(Instant::now());
        let Ok(answer) = tokio::time::timeout(self.limit, work).await else { return Err(Silence::Answer.into()) };
        self.since = None;
        if answer.as_ref().is_err_and(StoreError::is_failover) {
            self.doubt.all();
        }
        answer
    }

    /// Whether an answer is still owed: then the connection is of no use to anybody else.
    pub(super) fn is_lost(&self) -> bool {
        self.since.is_some()
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        if self.since.is_some_and(|since| since.elapsed() > DOUBT) {
            self.doubt.all();
        }
    }
}
