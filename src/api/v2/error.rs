//! The error body of the v2 API, and every code it can carry.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::ignored::Ignored;

/// The codes of the contract, and two of our own for what it leaves open (`NOT_FOUND`, `METHOD_NOT_ALLOWED`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidRequestBody,
    DatasourceNameError,
    DatasourceIdError,
    CredentialTestFailed,
    AuthenticationError,
    DatasourceNotFound,
    SchemaCacheFailed,
    CreateDatasourceFailed,
    TenancySettingsCreateFailed,
    TenancySettingsUpdateFailed,
    InternalServerError,
    NotFound,
    MethodNotAllowed,
}

impl Code {
    fn parts(self) -> (&'static str, StatusCode) {
        match self {
            Self::InvalidRequestBody => ("INVALID_REQUEST_BODY", StatusCode::BAD_REQUEST),
            Self::DatasourceNameError => ("DATASOURCE_NAME_ERROR", StatusCode::BAD_REQUEST),
            Self::DatasourceIdError => ("DATASOURCE_ID_ERROR", StatusCode::BAD_REQUEST),
            Self::CredentialTestFailed => ("CREDENTIAL_TEST_FAILED", StatusCode::BAD_REQUEST),
            Self::AuthenticationError => ("AUTHENTICATION_ERROR", StatusCode::UNAUTHORIZED),
            Self::DatasourceNotFound => ("DATASOURCE_NOT_FOUND", StatusCode::NOT_FOUND),
            Self::SchemaCacheFailed => ("SCHEMA_CACHE_FAILED", StatusCode::INTERNAL_SERVER_ERROR),
            Self::CreateDatasourceFailed => ("CREATE_DATASOURCE_FAILED", StatusCode::INTERNAL_SERVER_ERROR),
            Self::TenancySettingsCreateFailed => ("TENANCY_SETTINGS_CREATE_FAILED", StatusCode::INTERNAL_SERVER_ERROR),
            Self::TenancySettingsUpdateFailed => ("TENANCY_SETTINGS_UPDATE_FAILED", StatusCode::INTERNAL_SERVER_ERROR),
            Self::InternalServerError => ("INTERNAL_SERVER_ERROR", StatusCode::INTERNAL_SERVER_ERROR),
            Self::NotFound => ("NOT_FOUND", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => ("METHOD_NOT_ALLOWED", StatusCode::METHOD_NOT_ALLOWED),
        }
    }
}

/// An answer that is no success. Its text is for the client: no secret, no text of another server, no internal cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    code: Code,
    status: StatusCode,
    message: String,
    /// Whether something is missing that may stand under one of the keys that were ignored.
    missing: bool,
    ignored: Ignored,
}

impl ApiError {
    /// An error with the status that belongs to its code.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, status: code.parts().1, message: message.into(), missing: false, ignored: Ignored::default() }
    }

    /// `INVALID_REQUEST_BODY`
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequestBody, message)
    }

    /// A failure of ours: the cause goes to the log, the client gets the fixed text of the code.
    pub(crate) fn internal(code: Code, cause: &dyn std::fmt::Display) -> Self {
        let message = match code {
            Code::CreateDatasourceFailed => "Internal error during datasource creation",
            Code::SchemaCacheFailed => "Schema caching failed",
            Code::TenancySettingsCreateFailed => "Failed to create tenancy settings for the datasource",
            Code::TenancySettingsUpdateFailed => "Failed to update existing tenancy settings",
            _ => "Internal server error",
        };
        tracing::error!(code = code.parts().0, cause = %cause, "request failed");
        Self::new(code, message)
    }

    /// The same error under another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same error, of something that is missing.
    pub(crate) fn of_missing(self) -> Self {
        Self { missing: true, ..self }
    }

    /// The same error with something said beside it.
    pub(crate) fn adding(self, remark: &str) -> Self {
        Self { message: format!("{} ({remark})", self.message), ..self }
    }

    /// The same error with the keys of the body that were not used: the answer names them in its header, and
    /// where something is missing in its text.
    pub(crate) fn ignoring(self, ignored: Ignored) -> Self {
        let error = match ignored.listed() {
            Some(listed) if self.missing => self.adding(&format!("unknown keys: {listed}")),
            _ => self,
        };
        Self { ignored, ..error }
    }

    /// The text.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"error": {"code": self.code.parts().0, "message": self.message}});
        let mut response = (self.status, self.ignored.header(), Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
