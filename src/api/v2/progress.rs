//! `POST /api/v2/datasource/getDatasourceProgress`: how far a sync is, or how the last one went.

use axum::Json;
use axum::extract::State;
use catalog::Files;
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
    /// Where the source consists of files, they are what is counted.
    files: Option<Files>,
}

/// Answers done/total tables (of a source of files: files), or the failure; `0/...` of a sync that has not counted anything yet.
/// A failed sync is still a status: 200.
pub(crate) async fn progress(
    State(app): State<AppState>,
    Caller(tenant): Caller,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let datasource = find(&app, tenant, &body).await?;
    // Whatever became of the one before.
    if let Some(running) = app.underway.of(tenant, datasource.uuid) {
        let progress = running.files.map_or_else(|| "0/...".to_owned(), |Files { done, total }| format!("{done}/{total}"));
        return Ok(Json(json!({"status": {"progress": progress, "error": ""}})));
    }
    if let Some(error) = datasource.sync_error {
        return Ok(Json(json!({"status": {"progress": "0/...", "error": format!("Error: {error}")}})));
    }
    let summary: Option<Summary> = datasource
        .summary
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|e| ApiError::internal(Code::InternalServerError, &e))?;
    let (done, total) =
        summary.map_or((0, 0), |Summary { tables, files }| files.map_or((tables, tables), |files| (files.done, files.total)));
    Ok(Json(json!({"status": {"progress": format!("{done}/{total}"), "error": ""}})))
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let status = openapi::object(&json!({"progress": {"type": "string"}, "error": {"type": "string"}}), &[]);
    let success = openapi::object(&json!({"status": status}), &[]);
    let errors = [(400, "INVALID_REQUEST_BODY, DATASOURCE_ID_ERROR, DATASOURCE_NAME_ERROR"), (500, "INTERNAL_SERVER_ERROR")];
    let summary = "How far a sync is, or how the last one went: done/total, and why it failed";
    let operation = openapi::operation("getDatasourceProgress", summary, &success, &errors);
    openapi::with_body(operation, &openapi::schema("DatasourceReference"))
}
