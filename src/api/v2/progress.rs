//! `POST /api/v2/datasource/getDatasourceProgress`: how the last sync went.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{ApiError, Code};
use super::reference::find;
use crate::api::openapi;
use crate::app::AppState;
use crate::http::{Caller, JsonObject};

#[derive(Deserialize)]
struct Summary {
    tables: u64,
}

/// Answers done/total tables, or the failure. A failed sync is still a status: 200.
pub(crate) async fn progress(
    State(app): State<AppState>,
    Caller(tenant): Caller,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let datasource = find(&app, tenant, &body).await?;
    if let Some(error) = datasource.sync_error {
        return Ok(Json(json!({"status": {"progress": "0/...", "error": format!("Error: {error}")}})));
    }
    let summary: Option<Summary> = datasource
        .summary
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|e| ApiError::internal(Code::InternalServerError, &e))?;
    let tables = summary.map_or(0, |summary| summary.tables);
    Ok(Json(json!({"status": {"progress": format!("{tables}/{tables}"), "error": ""}})))
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let status = openapi::object(&json!({"progress": {"type": "string"}, "error": {"type": "string"}}), &[]);
    let success = openapi::object(&json!({"status": status}), &[]);
    let errors = [(400, "INVALID_REQUEST_BODY, DATASOURCE_ID_ERROR, DATASOURCE_NAME_ERROR"), (500, "INTERNAL_SERVER_ERROR")];
    let summary = "How the last sync went: done/total, and why it failed";
    let operation = openapi::operation("getDatasourceProgress", summary, &success, &errors);
    openapi::with_body(operation, &openapi::schema("DatasourceReference"))
}
