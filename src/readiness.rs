//! Whether the server can do its work: proved by writing to the store, at most once a second however many ask.

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::replicas::Replicas;
use crate::telemetry;

/// A proof holds for so long.
const HOLDS: Duration = Duration::from_secs(1);

/// How long a proof may take.
const LIMIT: Duration = Duration::from_secs(2);

/// What was found out last.
pub(crate) struct Readiness {
    replicas: Arc<Replicas>,
    last: Arc<Mutex<Option<Proof>>>,
}

#[derive(Clone, Copy)]
struct Proof {
    made: Instant,
    up: bool,
}

impl Readiness {
    /// Nothing has been found out yet.
    pub(crate) fn new(replicas: Arc<Replicas>) -> Self {
        Self { replicas, last: Arc::default() }
    }

    /// Whether the store can be written. Whoever asks while that is being tried waits for the outcome.
    pub(crate) async fn store_is_up(&self) -> bool {
        let mut last = self.last.clone().lock_owned().await;
        if let Some(proof) = last.filter(|proof| proof.made.elapsed() < HOLDS) {
            return proof.up;
        }
        let replicas = self.replicas.clone();
        // A prober that goes away does not take the outcome with it.
        let proved = tokio::spawn(async move {
            let written = tokio::time::timeout(LIMIT, replicas.renew()).await;
            let before = last.map(|proof| proof.up);
            let outcome = match &written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(cause)) => Err(cause as &dyn Display),
                Err(_) => Err(&"it did not answer within two seconds" as &dyn Display),
            };
            telemetry::store_is(outcome, before);
            let up = outcome.is_ok();
            *last = Some(Proof { made: Instant::now(), up });
            up
        });
        proved.await.unwrap_or(false)
    }
}
