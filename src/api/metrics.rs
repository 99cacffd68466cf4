//! `GET /metrics`: Prometheus text, for anybody, for whoever has its token, or on a listener of its own.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::AppState;
use crate::auth;
use crate::http::Reject;

/// All counters and histograms of this process, on the main listener.
pub(crate) async fn metrics(State(app): State<AppState>, request: Request) -> Response {
    if app.metrics_access.elsewhere { Reject::NoSuchPath.into_response() } else { show(&app, &request) }
}

/// The same on their own listener.
pub(crate) async fn metrics_alone(State(app): State<AppState>, request: Request) -> Response {
    show(&app, &request)
}

fn show(app: &AppState, request: &Request) -> Response {
    if app.metrics_access.token.is_some_and(|token| !auth::carries(request.headers(), &token)) {
        return app.knocks.refuse(request).into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render()).into_response()
}
