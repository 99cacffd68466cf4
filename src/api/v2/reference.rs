//! Which datasource a body means: by id, or by name as an addition of ours.

use serde_json::{Map, Value, json};
use store::{Datasource, Tenant};
use uuid::Uuid;

use super::error::{ApiError, Code};
use super::members::{filled, object};
use crate::app::App;

/// The datasource that `input` names.
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

/// There is no datasource of that id.
pub(super) fn unknown_id() -> ApiError {
    ApiError::new(Code::DatasourceIdError, "Invalid datasource id")
}

/// For the OpenAPI document.
pub(super) fn schema() -> Value {
    json!({"type": "object", "required": ["input"], "properties": {"input": {
        "type": "object",
        "properties": {"datasourceId": {"type": "string", "format": "uuid"}, "datasourceName": {"type": "string", "description": "Instead of datasourceId."}},
        "anyOf": [{"required": ["datasourceId"]}, {"required": ["datasourceName"]}],
    }}})
}
