//! `POST /api/v2/datasource`: validate, test, read the schema, store.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::body::{DatasourceBody, named};
use super::error::{ApiError, Code, STAGING_FULL};
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
        Err(error) => Err(failure(error).ignoring(ignored)),
    }
}

fn failure(error: OnboardError) -> ApiError {
    match error {
        OnboardError::NameTaken => ApiError::new(Code::DatasourceNameError, "Datasource name already exists"),
        OnboardError::Test(error) => ApiError::of_job(Code::CredentialTestFailed, &error, ""),
        OnboardError::Read(error) => ApiError::of_job(Code::SchemaCacheFailed, &error, "Schema caching failed: "),
        OnboardError::Full => ApiError::new(Code::SchemaCacheFailed, format!("Schema caching failed: {STAGING_FULL}")),
        OnboardError::Cache(error) => ApiError::internal(Code::SchemaCacheFailed, &error),
        OnboardError::Failed(error) => ApiError::internal(Code::CreateDatasourceFailed, &error),
    }
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let errors = [
        (400, "INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR, CREDENTIAL_TEST_FAILED"),
        (500, "SCHEMA_CACHE_FAILED, CREATE_DATASOURCE_FAILED, INTERNAL_SERVER_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
    ];
    let summary = "Create a datasource: test its credentials and cache its schema";
    let operation = openapi::operation("createDatasource", summary, &openapi::schema("DatasourceName"), &errors);
    openapi::with_ignored_fields(openapi::with_body(operation, &openapi::schema("Datasource")))
}
