//! What a route asks of who calls it, asked before anything else of the request is looked at.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::auth::Principal;
use crate::http::access::Access;

/// Lets a request through to a route of this access, or refuses it.
pub(crate) async fn authorize(State(access): State<Access>, request: Request, next: Next) -> Response {
    match access.admits(request.extensions().get::<Principal>().copied()) {
        Ok(()) => next.run(request).await,
        Err(reject) => reject.into_response(),
    }
}
