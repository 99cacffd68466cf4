//! How long a request waits, and is sent again, while Google has no room for it.

use std::time::Duration;

use egress::{Deadline, HttpResponse};
use http::header::RETRY_AFTER;

use super::error::Passing;

/// The first pause; each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(8);

/// How often a service that breaks down is asked again; one that has a quota, until the deadline.
const BREAKDOWNS: u32 = 6;

/// The waiting of one request.
pub(super) struct Patience {
    until: Deadline,
    pause: Duration,
    tries: u32,
}

impl Patience {
    /// Waits until `until` and no longer.
    pub(super) fn new(until: Deadline) -> Self {
        Self { until, pause: FIRST, tries: 0 }
    }

    /// Waits, if that may help and there is time for it; whether to ask again. Where it says no there is time left to say why.
    pub(super) async fn waits(&mut self, passing: Passing, answer: &HttpResponse) -> bool {
        let tired = match passing {
            Passing::Never => true,
            Passing::Breakdown => self.tries >= BREAKDOWNS,
            Passing::Quota => false,
        };
        let said = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok()).map(Duration::from_secs);
        let pause = said.unwrap_or_default().clamp(self.pause, LONGEST);
        if tired || pause * 2 > self.until.remaining() {
            return false;
        }
        tokio::time::sleep(pause).await;
        self.tries += 1;
        self.pause = (self.pause * 2).min(LONGEST);
        true
    }
}
