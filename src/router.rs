//! From the list of routes to a service.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

use crate::api;
use crate::app::AppState;
use crate::http::middleware::{Guard, authenticate, authorize, observe, on_panic, time_limit};
use crate::http::{Access, Reject};
use crate::routes::ROUTES;

/// The metrics alone, for a listener of their own.
pub(crate) fn metrics_router(app: AppState) -> Router {
    Router::new()
        .route("/metrics", get(api::metrics::metrics_alone))
        .fallback(|| async { Reject::NoSuchPath })
        .method_not_allowed_fallback(|| async { Reject::WrongMethod })
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(from_fn(api::render))
        .layer(from_fn(observe))
        .with_state(app)
}

/// The application.
pub(crate) fn router(app: AppState) -> Router {
    let open = ROUTES.iter().filter(|route| route.access == Access::Open).map(|route| route.path).collect();
    let guard = Arc::new(Guard { app: app.clone(), open });
    let routed = ROUTES.iter().fold(Router::new(), |router, route| {
        let handler = route.handler().route_layer(from_fn_with_state(route.access, authorize));
        match route.access {
            // What is open is so exactly as spelt.
            Access::Open => router.route(route.path, handler),
            Access::Read | Access::Write => router.route(&format!("{}/", route.path), handler.clone()).route(route.path, handler),
        }
    });
    routed
        .fallback(|| async { Reject::NoSuchPath })
        .method_not_allowed_fallback(|| async { Reject::WrongMethod })
        // Bodies are read under a limit of our own, with an answer in the surface's shape.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(guard, authenticate))
        .layer(from_fn_with_state(app.clone(), time_limit))
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(from_fn(api::render))
        .layer(from_fn(observe))
        .with_state(app)
}
