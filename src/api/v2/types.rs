//! `GET /api/v2/datasource/types`, an addition: every `datasourceType`, what it takes, and whether it is ready.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use connectors::Registry;
use serde_json::{Value, json};

use super::components::credentials;
use super::kinds::KINDS;
use crate::api::openapi;
use crate::http::Prepared;

static TYPES: LazyLock<Prepared> = LazyLock::new(|| Prepared::json(&all(Registry)));

/// Answers all eighteen, those without a connector with `ready: false`.
pub(crate) async fn types(headers: HeaderMap) -> Response {
    TYPES.answer(&headers)
}

fn all(registry: Registry) -> Value {
    let one = |(kind, title): (&str, &str)| {
        let schema = registry.find(kind).map(credentials);
        let example = schema.as_ref().map(|schema| json!({"datasourceType": kind, "credentials": schema["examples"][0]}));
        json!({"type": kind, "title": title, "ready": schema.is_some(), "schema": schema, "example": example})
    };
    json!({"data": KINDS.map(one)})
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let item = openapi::object(
        &json!({
            "type": {"type": "string", "enum": KINDS.map(|(kind, _)| kind)},
            "title": {"type": "string"},
            "ready": {"type": "boolean"},
            "schema": {"type": ["object", "null"], "additionalProperties": true},
            "example": {"type": ["object", "null"], "additionalProperties": true},
        }),
        &[],
    );
    let success = openapi::object(&json!({"data": {"type": "array", "items": item}}), &[]);
    let errors = [(500, "INTERNAL_SERVER_ERROR")];
    let summary = "List all types with the JSON Schema of their credentials";
    openapi::with_tag(openapi::operation("listDatasourceTypes", summary, &success, &errors))
}
