//! `DELETE /api/v2/datasource?datasourceName=`: gone with its cached schema.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::components::RESERVED;
use super::error::{ApiError, Code};
use crate::api::openapi;
use crate::app::AppState;
use crate::datasource::remove;
use crate::http::{Caller, Query};

/// Answers the UUID of what was deleted.
pub(crate) async fn delete(State(app): State<AppState>, Caller(tenant): Caller, query: Query) -> Result<Json<Value>, ApiError> {
    let name = query.filled("datasourceName")?;
    let deleted = remove(&app, tenant, name).await.map_err(|e| ApiError::internal(Code::InternalServerError, &e))?;
    let uuid = deleted.ok_or_else(|| ApiError::new(Code::DatasourceNameError, "Datasource not found"))?;
    tracing::info!(tenant.id = tenant.0, datasource.id = %uuid, "datasource deleted");
    Ok(Json(json!({"id": uuid.to_string(), "message": "Datasource deleted successfully"})))
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let members = json!({
        "id": {"type": "string", "format": "uuid"},
        "message": {"type": "string", "const": "Datasource deleted successfully"},
    });
    let bad = format!("INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR; {RESERVED} is reserved");
    let errors = [(400, bad.as_str()), (500, "INTERNAL_SERVER_ERROR")];
    let success = openapi::object(&members, &[]);
    let mut operation = openapi::operation("deleteDatasource", "Delete a datasource and its cached schema", &success, &errors);
    operation["parameters"] = json!([openapi::query("datasourceName", true, &json!({"type": "string", "minLength": 1}), "Exact name.")]);
    operation
}
