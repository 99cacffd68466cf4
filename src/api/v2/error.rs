//! The error body of the v2 API, and every code it can carry.

use std::error::Error;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use connectors::ConnectError;
use serde_json::json;

use super::ignored::Ignored;
use crate::datasource::is_outage;
use crate::telemetry;

/// Declares the codes: each with its word and the status that belongs to it.
macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($code:ident = $word:literal, $status:ident;)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {
            $($code,)+
        }

        impl $name {
            /// Every one there is.
            pub(crate) const ALL: &[Self] = &[$(Self::$code),+];

            /// The word for it.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $word,)+
                }
            }

            fn status(self) -> StatusCode {
                match self {
                    $(Self::$code => StatusCode::$status,)+
                }
            }
        }
    };
}

/// Why a schema was not cached that is none of the source's doing.
pub(super) const STAGING_FULL: &str = "the organisation has too much of unfinished schemas stored at the moment; try again in a minute, or let the operator raise HEADWATER_MAX_STAGED";

codes! {
    /// The codes of the contract, and our own for what it leaves open: the last four.
    Code {
        InvalidRequestBody = "INVALID_REQUEST_BODY", BAD_REQUEST;
        DatasourceNameError = "DATASOURCE_NAME_ERROR", BAD_REQUEST;
        DatasourceIdError = "DATASOURCE_ID_ERROR", BAD_REQUEST;
        CredentialTestFailed = "CREDENTIAL_TEST_FAILED", BAD_REQUEST;
        AuthenticationError = "AUTHENTICATION_ERROR", UNAUTHORIZED;
        DatasourceNotFound = "DATASOURCE_NOT_FOUND", NOT_FOUND;
        SchemaCacheFailed = "SCHEMA_CACHE_FAILED", INTERNAL_SERVER_ERROR;
        CreateDatasourceFailed = "CREATE_DATASOURCE_FAILED", INTERNAL_SERVER_ERROR;
        TenancySettingsCreateFailed = "TENANCY_SETTINGS_CREATE_FAILED", INTERNAL_SERVER_ERROR;
        TenancySettingsUpdateFailed = "TENANCY_SETTINGS_UPDATE_FAILED", INTERNAL_SERVER_ERROR;
        InternalServerError = "INTERNAL_SERVER_ERROR", INTERNAL_SERVER_ERROR;
        NotFound = "NOT_FOUND", NOT_FOUND;
        MethodNotAllowed = "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED;
        RateLimited = "RATE_LIMITED", TOO_MANY_REQUESTS;
        ServiceUnavailable = "SERVICE_UNAVAILABLE", SERVICE_UNAVAILABLE;
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
    /// In how many seconds to try again, where that helps.
    retry_after: Option<u64>,
}

/// How soon a job that was refused for want of a place or a descriptor may be tried again.
const SOON: u64 = 5;

impl ApiError {
    /// An error with the status that belongs to its code.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, status: code.status(), message: message.into(), missing: false, ignored: Ignored::default(), retry_after: None }
    }

    /// `INVALID_REQUEST_BODY`
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequestBody, message)
    }

    /// A failure of ours: the cause goes to the log, the client gets the fixed text of the code.
    ///
    /// Where it is the store that is away, whatever was asked for may be asked again: that has a code of its own.
    pub(crate) fn internal(code: Code, cause: &(dyn Error + 'static)) -> Self {
        if is_outage(cause) {
            telemetry::store_is_away(cause);
            return Self::unavailable();
        }
        let message = match code {
            Code::CreateDatasourceFailed => "Internal error during datasource creation",
            Code::SchemaCacheFailed => "Schema caching failed",
            Code::TenancySettingsCreateFailed => "Failed to create tenancy settings for the datasource",
            Code::TenancySettingsUpdateFailed => "Failed to update existing tenancy settings",
            _ => "Internal server error",
        };
        tracing::error!(code = code.as_str(), cause = %cause, "request failed");
        Self::new(code, message)
    }

    /// The store is away.
    pub(crate) fn unavailable() -> Self {
        Self::new(Code::ServiceUnavailable, "the server cannot reach its metadata store at the moment; try again in some seconds")
            .retrying_after(SOON)
    }

    /// A job that failed: under `code`, unless it was for want of something of ours, which says nothing of the datasource.
    pub(crate) fn of_job(code: Code, error: &ConnectError, said: &str) -> Self {
        if error.kind.is_ours_and_passes() {
            return Self::new(Code::ServiceUnavailable, error.to_string()).retrying_after(SOON);
        }
        Self::new(code, format!("{said}{error}"))
    }

    /// The same error, with when to try again.
    pub(crate) fn retrying_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
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
        let body = json!({"error": {"code": self.code.as_str(), "message": self.message}});
        let mut response = (self.status, self.ignored.header(), Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
