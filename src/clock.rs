//! The one place that reads the wall clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use store::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(millis(since))
}

/// A duration in milliseconds, as far as 64 bits reach.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// `2026-11-21T22:14:59Z`, for people.
pub(crate) fn rfc3339(moment: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(moment.0.div_euclid(1_000)).ok().and_then(|t| t.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_for_people() {
        assert_eq!(rfc3339(Timestamp(1_795_299_299_999)), "2026-11-21T22:14:59Z");
        assert_eq!(rfc3339(Timestamp(i64::MAX)), "");
    }
}
