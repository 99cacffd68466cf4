//! `GET /metrics`: Prometheus text.

use axum::extract::State;
use axum::http::{HeaderName, header};

use crate::app::AppState;

/// All counters and histograms of this process.
pub(crate) async fn metrics(State(app): State<AppState>) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render())
}
