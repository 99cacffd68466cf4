//! A point in time by which a step, or a whole job, must have ended.

use std::future::Future;
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The moment after which nothing more may be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

/// The deadline passed before the work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time limit was reached")]
pub struct Elapsed;

impl Deadline {
    /// A deadline that lies `limit` from now.
    pub fn after(limit: Duration) -> Self {
        Self(Instant::now() + limit)
    }

    /// The time that is left; zero once the deadline has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// The earlier of this deadline and `limit` from now: the limit of one step inside a job.
    #[must_use]
    pub fn step(self, limit: Duration) -> Self {
        Self(Instant::now().checked_add(limit).map_or(self.0, |end| self.0.min(end)))
    }

    /// Runs `work`, dropping it when the deadline passes; nothing is begun once it has.
    pub async fn run<T>(self, work: impl Future<Output = T>) -> Result<T, Elapsed> {
        // A timer lets work that is ready at once through, however late it is.
        if self.remaining().is_zero() {
            return Err(Elapsed);
        }
        tokio::time::timeout_at(self.0.into(), work).await.map_err(|_| Elapsed)
    }
}

impl From<Instant> for Deadline {
    fn from(end: Instant) -> Self {
        Self(end)
    }
}

impl From<Deadline> for Instant {
    fn from(deadline: Deadline) -> Self {
        deadline.0
    }
}

/// Travels as the time that is left: clocks of two processes have nothing in common.
impl Serialize for Deadline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.remaining().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Deadline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::after(Duration::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_past_the_deadline_is_dropped() {
        let deadline = Deadline::after(Duration::from_millis(20));
        assert_eq!(deadline.run(std::future::pending::<()>()).await, Err(Elapsed));
        assert_eq!(Deadline::after(Duration::from_secs(1)).run(async { 7 }).await, Ok(7));
        assert_eq!(Deadline::after(Duration::ZERO).run(async { 7 }).await, Err(Elapsed));
    }

    #[test]
    fn travels_as_what_is_left() {
        let text = serde_json::to_string(&Deadline::after(Duration::from_mins(1))).expect("json");
        let left = serde_json::from_str::<Deadline>(&text).expect("a deadline").remaining();
        assert!(left <= Duration::from_mins(1) && left > Duration::from_secs(50), "{left:?}");
    }

    #[test]
    fn a_step_never_outlives_its_job() {
        let job = Deadline::after(Duration::from_secs(1));
        assert_eq!(job.step(Duration::from_mins(1)), job);
        assert!(job.step(Duration::from_millis(1)).remaining() <= Duration::from_millis(1));
    }
}
