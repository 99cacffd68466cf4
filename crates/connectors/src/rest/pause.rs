//! How long a server is left alone that has no time for us.

use std::time::Duration;

use egress::HttpResponse;
use http::header::RETRY_AFTER;

/// How often a busy server is asked again.
pub(crate) const RETRIES: u32 = 5;

/// The longest that we wait at once because the server says so.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait before a server is asked again that was busy so many times before.
pub(crate) fn pause(answer: &HttpResponse, tries: u32) -> Duration {
    let said = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok()).map(Duration::from_secs);
    said.unwrap_or(Duration::from_millis(100 << tries)).min(PATIENCE)
}
