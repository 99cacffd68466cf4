//! Connections that went silent seldom do so alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Before which moment connections must have been made to be no longer used. One went silent, or was told that its server is
/// no longer the right one: the others lead to the same place, and are not tried one by one.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    start: Instant,
    /// Microseconds after `start`.
    before: Arc<AtomicU64>,
}

impl Doubt {
    /// None yet.
    pub(super) fn none() -> Self {
        Self { start: Instant::now(), before: Arc::default() }
    }

    /// All that have been made so far.
    pub(super) fn all(&self) {
        self.before.fetch_max(self.micros(Instant::now()), Ordering::Relaxed);
    }

    /// Whether one that was made at this moment is among them.
    pub(super) fn holds(&self, made: Instant) -> bool {
        self.micros(made) < self.before.load(Ordering::Relaxed)
    }

    fn micros(&self, moment: Instant) -> u64 {
        u64::try_from(moment.saturating_duration_since(self.start).as_micros()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_holds_what_was_made_before() {
        let doubt = Doubt::none();
        let made = Instant::now();
        assert!(!doubt.holds(made));
        std::thread::sleep(Duration::from_millis(2));
        doubt.all();
        assert!(doubt.holds(made) && doubt.clone().holds(made));
        assert!(!doubt.holds(Instant::now() + Duration::from_millis(1)));
    }
}
