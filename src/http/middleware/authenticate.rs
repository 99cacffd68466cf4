//! Authentication outside of routing: whatever is not open needs a token, routes that do not exist too.

use std::collections::HashSet;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::AppState;
use crate::auth::AuthError;
use crate::http::reject::Reject;
use crate::telemetry;

/// Whom the guard asks, and where it does not stand.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) app: AppState,
    /// Paths that answer anybody, exactly as spelt.
    pub(crate) open: HashSet<&'static str>,
}

/// Lets a request through with its [`crate::auth::Principal`], or refuses it.
pub(crate) async fn authenticate(State(guard): State<std::sync::Arc<Guard>>, mut request: Request, next: Next) -> Response {
    if !guard.open.contains(request.uri().path()) {
        let knocks = &guard.app.knocks;
        let doubt = knocks.are_many(&request);
        match guard.app.tokens.authenticate(request.headers(), doubt).await {
            Ok(principal) => {
                // From here on every line of the log about this request says whose it is.
                tracing::Span::current().record("token_id", tracing::field::display(principal.token));
                request.extensions_mut().insert(principal);
            }
            Err(AuthError::Refused) => return knocks.refuse(&request).into_response(),
            Err(AuthError::Store(cause)) if cause.is_outage() => {
                telemetry::store_is_away(&*cause);
                return Reject::Unavailable.into_response();
            }
            Err(AuthError::Store(cause)) => return Reject::internal(&cause).into_response(),
        }
    }
    next.run(request).await
}
