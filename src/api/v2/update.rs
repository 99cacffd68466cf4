//! `PUT /api/v2/datasource`: all credentials anew; tested before they are applied.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::body::{DatasourceBody, named};
use super::error::{ApiError, Code, STAGING_FULL};
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
        Err(error) => Err(failure(error).ignoring(ignored)),
    }
}

fn failure(error: UpdateError) -> ApiError {
    match error {
        UpdateError::NotFound => ApiError::new(Code::DatasourceNameError, "Datasource not found"),
        UpdateError::Vanished => ApiError::new(Code::DatasourceNotFound, "The specified datasource does not exist"),
        UpdateError::OtherKind(kind) => {
            ApiError::invalid(format!("\"datasourceType\" must be {kind}, the type of the existing datasource"))
        }
        UpdateError::Test(error) => ApiError::of_job(Code::CredentialTestFailed, &error, ""),
        UpdateError::Read(error) => ApiError::of_job(Code::SchemaCacheFailed, &error, "Schema caching failed: "),
        UpdateError::Full => ApiError::new(Code::SchemaCacheFailed, format!("Schema caching failed: {STAGING_FULL}")),
        UpdateError::Cache(error) => ApiError::internal(Code::SchemaCacheFailed, &error),
        UpdateError::TenancyCreate(error) => ApiError::internal(Code::TenancySettingsCreateFailed, &error),
        UpdateError::TenancyUpdate(error) => ApiError::internal(Code::TenancySettingsUpdateFailed, &error),
        UpdateError::Contended => {
            ApiError::new(Code::InternalServerError, "the datasource was changed by others at the same time; try again")
        }
        UpdateError::Failed(error) => ApiError::internal(Code::InternalServerError, &error),
    }
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let errors = [
        (400, "INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR, CREDENTIAL_TEST_FAILED"),
        (404, "DATASOURCE_NOT_FOUND"),
        (500, "SCHEMA_CACHE_FAILED, TENANCY_SETTINGS_CREATE_FAILED, TENANCY_SETTINGS_UPDATE_FAILED, INTERNAL_SERVER_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
    ];
    let summary = "Replace a datasource's credentials and cache its schema anew";
    let operation = openapi::operation("updateDatasource", summary, &openapi::schema("DatasourceName"), &errors);
    openapi::with_ignored_fields(openapi::with_body(operation, &openapi::schema("Datasource")))
}
