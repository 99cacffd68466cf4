//! Which datasource a body means: by id, or by name as an addition of ours.

use serde_json::{Map, Value, json};
use store::{Datasource, Tenant};
use uuid::Uuid;

use super::error::{ApiError, Code};
use super::members::{filled, has, member, object};
use crate::api::openapi;
use crate::app::App;

/// The datasource that `input` names, or without `input` the body itself.
pub(super) async fn find(app: &App, tenant: Tenant, body: &Map<String, Value>) -> Result<Datasource, ApiError> {
    let beside = member(body, "", "input")?.is_none() && means(body);
    let (input, path) = if beside { (body, "") } else { (object(body, "", "input")?, "input.") };
    let failed = |e| ApiError::internal(Code::InternalServerError, &e);
    if member(input, path, "datasourceId")?.is_none() && member(input, path, "datasourceName")?.is_some() {
        let name = filled(input, path, "datasourceName")?;
        let found = app.store.datasource(tenant, name).await.map_err(failed)?;
        return found.ok_or_else(|| ApiError::new(Code::DatasourceNameError, "Datasource not found"));
    }
    let id = filled(input, path, "datasourceId")?;
    let uuid = id.parse::<Uuid>().map_err(|_| unknown_id())?;
    app.store.datasource_by_uuid(tenant, uuid).await.map_err(failed)?.ok_or_else(unknown_id)
}

/// Whether a body refers to a datasource at all.
pub(super) fn means(body: &Map<String, Value>) -> bool {
    ["input", "datasourceId", "datasourceName"].iter().any(|key| has(body, key))
}

/// There is no datasource of that id.
pub(super) fn unknown_id() -> ApiError {
    ApiError::new(Code::DatasourceIdError, "Invalid datasource id")
}

/// For the OpenAPI document.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let id = json!({"type": "string", "format": "uuid"});
    let name = json!({"type": "string", "minLength": 1, "description": "Instead of datasourceId."});
    let input = json!({"type": "object", "minProperties": 1, "properties": {"datasourceId": id, "datasourceName": name}});
    let members = json!({"input": openapi::schema("DatasourceInput"), "datasourceId": id, "datasourceName": name});
    let about = "One of the three; input goes before the others.";
    let reference = json!({"type": "object", "description": about, "minProperties": 1, "properties": members});
    vec![("DatasourceReference", reference), ("DatasourceInput", input)]
}
