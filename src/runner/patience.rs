//! How long a job waits for places, in all.

use std::time::{Duration, Instant};

use connectors::{ConnectError, ConnectErrorKind};

/// What is left of it. Waiting is on our account, never on the source's.
pub(super) struct Patience(Duration);

impl Patience {
    /// All of it.
    pub(super) fn new(whole: Duration) -> Self {
        Self(whole)
    }

    /// Waits for something as long as patience lasts; how long it took is gone from it.
    pub(super) async fn wait<T>(&mut self, what: impl Future<Output = Result<T, Full>>) -> Result<T, ConnectError> {
        let began = Instant::now();
        let come = tokio::time::timeout(self.0, what).await;
        self.0 = self.0.saturating_sub(began.elapsed());
        if let Ok(Ok(come)) = come { Ok(come) } else { Err(busy()) }
    }
}

/// So many wait already that nobody else may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

fn busy() -> ConnectError {
    metrics::counter!("headwater_limited_total", "limit" => "places").increment(1);
    ConnectErrorKind::Busy.into()
}
