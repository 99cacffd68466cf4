//! Every route, once.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::api::v2::{create, delete, details, list, progress, schema, sync, test, types, update};
use crate::api::{health, metrics, openapi};
use crate::app::AppState;
use crate::error::{ApiError, Code};
use crate::middleware::{authenticate, observe, on_panic, time_limit};

/// The application.
pub(crate) fn router(app: AppState) -> Router {
    Router::new()
        .route("/api/v2/datasource", get(list::list).post(create::create).put(update::update).delete(delete::delete))
        .route("/api/v2/datasource/sync", post(sync::sync))
        .route("/api/v2/datasource/types", get(types::types))
        .route("/api/v2/datasource/details", get(details::details))
        .route("/api/v2/datasource/schema", get(schema::schema))
        .route("/api/v2/datasource/test", post(test::test))
        .route("/api/v2/datasource/getDatasourceProgress", post(progress::progress))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/api/health/live", get(health::live))
        .route("/api/health/ready", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(openapi::openapi))
        .fallback(|| async { ApiError::new(Code::NotFound, "there is no such path") })
        .method_not_allowed_fallback(|| async { ApiError::new(Code::MethodNotAllowed, "this path does not take this method") })
        // Bodies are read under a limit of our own, with an answer in the contract's shape.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), time_limit))
        .layer(from_fn_with_state(app.clone(), authenticate))
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(from_fn(observe))
        .with_state(app)
}
