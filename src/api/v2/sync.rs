//! `POST /api/v2/datasource/sync`: reads the schema again.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use store::{Datasource, Tenant};
use uuid::Uuid;

use crate::api::openapi;
use crate::app::{App, AppState};
use crate::auth::Writer;
use crate::datasource::{SyncError, sync as read_again};
use crate::error::{ApiError, Code};
use crate::extract::{JsonObject, filled, object};

/// Answers when the sync is done.
pub(crate) async fn sync(
    State(app): State<AppState>,
    Writer(tenant): Writer,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let datasource = find(&app, tenant, &body).await?;
    match read_again(&app, tenant, datasource).await {
        Ok(()) => Ok(Json(json!({"data": {"message": "Sync completed"}}))),
        Err(SyncError::Vanished) => Err(unknown_id()),
        Err(SyncError::Source(error)) => Err(ApiError::new(Code::InternalServerError, format!("Sync failed: {error}"))),
        Err(SyncError::Contended) => {
            Err(ApiError::new(Code::InternalServerError, "the datasource was changed by others at the same time; try again"))
        }
        Err(SyncError::Failed(error)) => Err(ApiError::internal(Code::InternalServerError, &error)),
    }
}

fn unknown_id() -> ApiError {
    ApiError::new(Code::DatasourceIdError, "Invalid datasource id")
}

/// The datasource that `input` names: by `datasourceId`, or by `datasourceName` as an addition of ours.
pub(super) async fn find(app: &App, tenant: Tenant, body: &Map<String, Value>) -> Result<Datasource, ApiError> {
    let input = object(body, "", "input")?;
    let failed = |e| ApiError::internal(Code::InternalServerError, &e);
    if !input.contains_key("datasourceId") && input.contains_key("datasourceName") {
        let name = filled(input, "input.", "datasourceName")?;
        let found = app.store.datasource(tenant, name).await.map_err(failed)?;
        return found.ok_or_else(|| ApiError::new(Code::DatasourceNameError, "Datasource not found"));
    }
    let id = filled(input, "input.", "datasourceId")?;
    let uuid = id.parse::<Uuid>().map_err(|_| unknown_id())?;
    app.store.datasource_by_uuid(tenant, uuid).await.map_err(failed)?.ok_or_else(unknown_id)
}

/// For the OpenAPI document: a datasource by id, or by name as an addition.
pub(crate) fn reference() -> Value {
    json!({"type": "object", "required": ["input"], "properties": {"input": {
        "type": "object",
        "properties": {"datasourceId": {"type": "string", "format": "uuid"}, "datasourceName": {"type": "string", "description": "Instead of datasourceId."}},
        "anyOf": [{"required": ["datasourceId"]}, {"required": ["datasourceName"]}],
    }}})
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let success =
        json!({"type": "object", "properties": {"data": {"type": "object", "properties": {"message": {"const": "Sync completed"}}}}});
    let errors = [(400, "INVALID_REQUEST_BODY, DATASOURCE_ID_ERROR, DATASOURCE_NAME_ERROR"), (500, "INTERNAL_SERVER_ERROR")];
    let mut operation = openapi::operation("syncDatasource", "Read the schema again", &success, &errors);
    operation["requestBody"] = openapi::body("DatasourceReference");
    operation
}
