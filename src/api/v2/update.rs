//! `PUT /api/v2/datasource`: all credentials anew; tested before they are applied.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::body::{DatasourceBody, named};
use super::error::{ApiError, Code};
use crate::api::openapi;
use crate::app::AppState;
use crate::datasource::{UpdateError, update as replace};
use crate::http::{Caller, JsonObject};

/// Answers `{"name": …}`.
pub(crate) async fn update(
    State(app): State<AppState>,
    Caller(tenant): Caller,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let DatasourceBody { request, ignored } = DatasourceBody::read(body, app.registry)?;
    match replace(&app, tenant, &request).await {
        Ok(()) => Ok(named(&request.name, &ignored)),
        Err(UpdateError::NotFound) => Err(ApiError::new(Code::DatasourceNameError, "Datasource not found")),
        Err(UpdateError::Vanished) => Err(ApiError::new(Code::DatasourceNotFound, "The specified datasource does not exist")),
        Err(UpdateError::OtherKind(kind)) => {
            Err(ApiError::invalid(format!("\"datasourceType\" must be {kind}, the type of the existing datasource")))
        }
        Err(UpdateError::Test(error)) => Err(ApiError::new(Code::CredentialTestFailed, error.to_string())),
        Err(UpdateError::Read(error)) => Err(ApiError::new(Code::SchemaCacheFailed, format!("Schema caching failed: {error}"))),
        Err(UpdateError::Cache(error)) => Err(ApiError::internal(Code::SchemaCacheFailed, &error)),
        Err(UpdateError::TenancyCreate(error)) => Err(ApiError::internal(Code::TenancySettingsCreateFailed, &error)),
        Err(UpdateError::TenancyUpdate(error)) => Err(ApiError::internal(Code::TenancySettingsUpdateFailed, &error)),
        Err(UpdateError::Contended) => {
            Err(ApiError::new(Code::InternalServerError, "the datasource was changed by others at the same time; try again"))
        }
        Err(UpdateError::Failed(error)) => Err(ApiError::internal(Code::InternalServerError, &error)),
    }
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let errors = [
        (400, "INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR, CREDENTIAL_TEST_FAILED"),
        (404, "DATASOURCE_NOT_FOUND"),
        (500, "SCHEMA_CACHE_FAILED, TENANCY_SETTINGS_CREATE_FAILED, TENANCY_SETTINGS_UPDATE_FAILED, INTERNAL_SERVER_ERROR"),
    ];
    let success = json!({"$ref": "#/components/schemas/DatasourceName"});
    let mut operation =
        openapi::operation("updateDatasource", "Replace a datasource's credentials and cache its schema anew", &success, &errors);
    operation["requestBody"] = openapi::body("Datasource");
    operation
}
