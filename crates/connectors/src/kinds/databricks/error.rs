//! From Databricks' errors to our own kinds: by status and `error_code`, never by a text.

use http::StatusCode;
use serde::Deserialize;

use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::Scalar;

/// What an answer says that is no success.
#[derive(Deserialize)]
struct Answer {
    /// A word, or the status once more.
    #[serde(default)]
    error_code: Option<Scalar>,
}

/// What went wrong with a statement, by the answer that was a success in itself.
#[derive(Deserialize)]
pub(super) struct Failure {
    /// A word.
    #[serde(default)]
    pub(super) error_code: Option<String>,
}

/// An answer that is no success.
pub(super) fn of_answer(status: StatusCode, body: &[u8]) -> ConnectError {
    let Ok(Answer { error_code }) = serde_json::from_slice(body) else {
        return match status {
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => K::NotReady.into(),
            StatusCode::UNAUTHORIZED => rejected(K::Rejected, "401"),
            _ => K::Protocol.into(),
        };
    };
    let code = error_code.and_then(Scalar::into_text).unwrap_or_else(|| status.as_str().into());
    match (status, &*code) {
        (StatusCode::UNAUTHORIZED, _) => rejected(K::Rejected, &code),
        (StatusCode::FORBIDDEN, _) | (_, "PERMISSION_DENIED") => ConnectError::with_code(K::NoPrivilege, &code),
        (_, "RESOURCE_EXHAUSTED" | "QUOTA_EXCEEDED") => ConnectError::with_code(K::Exhausted, &code),
        (StatusCode::TOO_MANY_REQUESTS, _) => ConnectError::with_code(K::TooManyConnections, &code)
            .with_remedy("the workspace's rate limit is reached: try again later".to_owned()),
        (StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT, _) => {
            ConnectError::with_code(K::NotReady, &code)
        }
        _ => ConnectError::with_code(K::Server, &code),
    }
}

/// A token that is not taken. What is wrong with it, or with where it comes from, is said in words alone.
pub(super) fn rejected(kind: K, code: &str) -> ConnectError {
    let error = ConnectError::with_code(kind, code).with_field("token");
    error.with_remedy(
        "check token: it may be wrong, expired or revoked; or an IP access list of the workspace does not admit this server".to_owned(),
    )
}

/// A statement that failed at the warehouse.
pub(super) fn of_statement(state: &str, failure: Option<&Failure>) -> ConnectError {
    let code = failure.and_then(|failure| failure.error_code.as_deref()).unwrap_or(state);
    let kind = match code {
        "PERMISSION_DENIED" | "UNAUTHENTICATED" => K::NoPrivilege,
        "TEMPORARILY_UNAVAILABLE" | "SERVICE_UNDER_MAINTENANCE" | "WORKSPACE_TEMPORARILY_UNAVAILABLE" => K::NotReady,
        "RESOURCE_EXHAUSTED" | "REQUEST_LIMIT_EXCEEDED" | "DEADLINE_EXCEEDED" => K::Exhausted,
        _ => K::Server,
    };
    ConnectError::with_code(kind, code)
}

/// Whether the server says that there is no such thing.
pub(super) fn is_absent(error: &ConnectError) -> bool {
    matches!(
        error.server_code.as_deref(),
        Some("NOT_FOUND" | "CATALOG_DOES_NOT_EXIST" | "SCHEMA_DOES_NOT_EXIST" | "RESOURCE_DOES_NOT_EXIST" | "404")
    )
}

/// Whether the server says that the workspace has no Unity Catalog.
pub(super) fn is_without_unity(error: &ConnectError) -> bool {
    matches!(error.server_code.as_deref(), Some("METASTORE_DOES_NOT_EXIST" | "FEATURE_DISABLED" | "ENDPOINT_NOT_FOUND"))
}
