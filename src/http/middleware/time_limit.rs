//! No request goes on for ever.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::AppState;
use crate::http::reject::Reject;

/// Ends a request that outlives all its own limits; what it had begun is rolled back by being dropped.
pub(crate) async fn time_limit(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(app.limits.whole, next.run(request)).await;
    answer.unwrap_or_else(|_| Reject::internal(&"the request outlived its time limit").into_response())
}
