//! `GET /api/v2/datasource/types`, an addition: every `datasourceType`, what it takes, and whether it is ready.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::api::openapi::{self, credentials};
use crate::app::AppState;
use crate::auth::Reader;

/// Answers all eighteen, those without a connector with `ready: false`.
pub(crate) async fn types(State(app): State<AppState>, Reader(_): Reader) -> Json<Value> {
    let one = |(kind, title): &(&str, &str)| {
        let schema = app.registry.find(kind).map(credentials);
        let example = schema.as_ref().map(|schema| json!({"datasourceType": kind, "credentials": schema["examples"][0]}));
        json!({"type": kind, "title": title, "ready": schema.is_some(), "schema": schema, "example": example})
    };
    Json(json!({"data": app.registry.contract().iter().map(one).collect::<Vec<_>>()}))
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let item = json!({"type": "object", "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "ready": {"type": "boolean"},
        "schema": {"type": ["object", "null"]}, "example": {"type": ["object", "null"]},
    }});
    let success = json!({"type": "object", "properties": {"data": {"type": "array", "items": item}}});
    openapi::operation("listDatasourceTypes", "List all types with the JSON Schema of their credentials", &success, &[])
}
