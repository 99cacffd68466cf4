//! Authentication outside of routing: whatever is not open needs a token, routes that do not exist too.

use std::collections::HashSet;
use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use crate::app::AppState;
use crate::auth::{AuthError, Failures};
use crate::http::client::{Peer, address};
use crate::http::reject::Reject;
use crate::telemetry;

/// Whom the guard asks, and where it does not stand.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) app: AppState,
    /// Paths that answer anybody, exactly as spelt.
    pub(crate) open: HashSet<&'static str>,
}

/// Who failed how often, and whom to believe about it.
pub(crate) struct Knocks {
    pub(crate) failures: Failures,
    pub(crate) proxies: Vec<IpNet>,
}

impl Knocks {
    /// The address that a request is charged to.
    fn address(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<Peer>()?;
        Some(address(peer.0.ip(), request.headers(), &self.proxies))
    }

    /// Why a request whose token was not good goes no further. One that brought none guessed nothing, and is not charged.
    pub(crate) fn refuse(&self, request: &Request) -> Reject {
        if !request.headers().contains_key(header::AUTHORIZATION) {
            return Reject::Unauthenticated;
        }
        let Some(wait) = self.address(request).and_then(|address| self.failures.charge(address)) else {
            return Reject::Unauthenticated;
        };
        metrics::counter!("headwater_limited_total", "limit" => "authentication").increment(1);
        Reject::RateLimited(wait.as_secs() + 1)
    }
}

/// Lets a request through with its [`crate::auth::Principal`], or refuses it.
pub(crate) async fn authenticate(State(guard): State<std::sync::Arc<Guard>>, mut request: Request, next: Next) -> Response {
    if !guard.open.contains(request.uri().path()) {
        let knocks = &guard.app.knocks;
        let doubt = knocks.address(&request).is_some_and(|address| knocks.failures.limited(address));
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
