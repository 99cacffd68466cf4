//! `POST /api/v2/datasource`: validate, test, read the schema, store.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::body::{DatasourceBody, named};
use super::error::{ApiError, Code};
use crate::api::openapi;
use crate::app::AppState;
use crate::datasource::{OnboardError, onboard};
use crate::http::{Caller, JsonObject};

/// Answers `{"name": …}`.
pub(crate) async fn create(
    State(app): State<AppState>,
    Caller(tenant): Caller,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let DatasourceBody { request, ignored } = DatasourceBody::read(body, app.registry)?;
    match onboard(&app, tenant, &request).await {
        Ok(()) => Ok(named(&request.name, &ignored)),
        Err(OnboardError::NameTaken) => Err(ApiError::new(Code::DatasourceNameError, "Datasource name already exists")),
        Err(OnboardError::Test(error)) => Err(ApiError::new(Code::CredentialTestFailed, error.to_string())),
        Err(OnboardError::Read(error)) => Err(ApiError::new(Code::SchemaCacheFailed, format!("Schema caching failed: {error}"))),
        Err(OnboardError::Cache(error)) => Err(ApiError::internal(Code::SchemaCacheFailed, &error)),
        Err(OnboardError::Failed(error)) => Err(ApiError::internal(Code::CreateDatasourceFailed, &error)),
    }
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let errors = [
        (400, "INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR, CREDENTIAL_TEST_FAILED"),
        (500, "SCHEMA_CACHE_FAILED, CREATE_DATASOURCE_FAILED, INTERNAL_SERVER_ERROR"),
    ];
    let success = json!({"$ref": "#/components/schemas/DatasourceName"});
    let mut operation =
        openapi::operation("createDatasource", "Create a datasource: test its credentials and cache its schema", &success, &errors);
    operation["requestBody"] = openapi::body("Datasource");
    operation
}
