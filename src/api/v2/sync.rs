//! `POST /api/v2/datasource/sync`: reads the schema again.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::error::{ApiError, Code, STAGING_FULL};
use super::reference::{find, unknown_id};
use crate::api::openapi;
use crate::app::AppState;
use crate::datasource::{SyncError, sync as read_again};
use crate::http::{Caller, JsonObject};

/// Answers when the sync is done.
pub(crate) async fn sync(
    State(app): State<AppState>,
    Caller(tenant): Caller,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let datasource = find(&app, tenant, &body).await?;
    match read_again(&app, tenant, datasource).await {
        Ok(()) => Ok(Json(json!({"data": {"message": "Sync completed"}}))),
        Err(SyncError::Vanished) => Err(unknown_id()),
        Err(SyncError::Source(error)) => Err(ApiError::of_job(Code::InternalServerError, &error, "Sync failed: ")),
        Err(SyncError::Full) => Err(ApiError::new(Code::InternalServerError, format!("Sync failed: {STAGING_FULL}"))),
        Err(SyncError::Contended) => {
            Err(ApiError::new(Code::InternalServerError, "the datasource was changed by others at the same time; try again"))
        }
        Err(SyncError::Failed(error)) => Err(ApiError::internal(Code::InternalServerError, &error)),
    }
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let data = openapi::object(&json!({"message": {"type": "string", "const": "Sync completed"}}), &[]);
    let success = openapi::object(&json!({"data": data}), &[]);
    let errors = [
        (400, "INVALID_REQUEST_BODY, DATASOURCE_ID_ERROR, DATASOURCE_NAME_ERROR"),
        (500, "INTERNAL_SERVER_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
    ];
    let operation = openapi::operation("syncDatasource", "Read the schema again", &success, &errors);
    openapi::with_body(operation, &openapi::schema("DatasourceReference"))
}
