//! `GET /health/live` and `GET /health/ready`, for probes; the same under `/api`.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::openapi;
use crate::app::AppState;

/// The process runs.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({"status": "live"}))
}

/// The server can do its work: the metadata store can be written, and nobody has told it to stop.
pub(crate) async fn ready(State(app): State<AppState>) -> (StatusCode, Json<Value>) {
    let store = app.readiness.store_is_up().await;
    let ready = store && !app.stopping.load(Ordering::Relaxed);
    let body = json!({
        "status": if ready { "ready" } else { "not_ready" },
        "checks": {"store": {"status": if store { "UP" } else { "DOWN" }}},
    });
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body))
}

/// For the OpenAPI document.
pub(crate) fn live_operation() -> Value {
    let body = openapi::object(&json!({"status": {"type": "string", "const": "live"}}), &[]);
    operation("live", "The process runs", &[("200", "Yes", body)])
}

/// For the OpenAPI document.
pub(crate) fn ready_operation() -> Value {
    let check = openapi::object(&json!({"status": {"type": "string", "enum": ["UP", "DOWN"]}}), &[]);
    let checks = openapi::object(&json!({"store": check}), &[]);
    let body = openapi::object(&json!({"status": {"type": "string", "enum": ["ready", "not_ready"]}, "checks": checks}), &[]);
    operation("ready", "The server can do its work", &[("200", "Yes", body.clone()), ("503", "No", body)])
}

fn operation(id: &str, summary: &str, answers: &[(&str, &str, Value)]) -> Value {
    let mut responses = json!({});
    for (status, description, schema) in answers {
        responses[*status] = json!({"description": description, "content": {"application/json": {"schema": schema}}});
    }
    json!({"operationId": id, "summary": summary, "tags": ["health"], "security": [], "responses": responses})
}
