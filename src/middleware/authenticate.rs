//! Authentication outside of routing: whatever is not listed here needs a token, routes that do not exist too.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::AppState;

/// Paths that answer anybody, exactly as spelt.
const OPEN: &[&str] = &["/health/live", "/health/ready", "/api/health/live", "/api/health/ready", "/metrics", "/openapi.json"];

/// Lets a request through with its [`crate::auth::Principal`], or answers 401.
pub(crate) async fn authenticate(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    if !OPEN.contains(&request.uri().path()) {
        match app.tokens.authenticate(request.headers()).await {
            Ok(principal) => drop(request.extensions_mut().insert(principal)),
            Err(error) => return error.into_response(),
        }
    }
    next.run(request).await
}
