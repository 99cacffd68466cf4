//! From Trino's errors to our own kinds. Of what a server says only the number gets out.

use http::StatusCode;

use super::page::Failure;
use crate::error::{ConnectError, ConnectErrorKind as K};

/// Names: `StandardErrorCode` of Trino.
pub(super) fn of_failure(failure: &Failure) -> ConnectError {
    let kind = match failure.error_name.as_deref().unwrap_or_default() {
        "CATALOG_NOT_FOUND" | "CATALOG_UNAVAILABLE" => K::DatabaseNotFound,
        "SCHEMA_NOT_FOUND" | "MISSING_SCHEMA_NAME" => K::SchemaNotFound,
        "PERMISSION_DENIED" => K::NoPrivilege,
        "QUERY_QUEUE_FULL" | "QUERY_REJECTED" => K::TooManyConnections,
        // Of the last, the workers are meant.
        "SERVER_STARTING_UP" | "SERVER_SHUTTING_DOWN" | "NO_NODES_AVAILABLE" | "TOO_MANY_REQUESTS_FAILED" => K::NotReady,
        "CLUSTER_OUT_OF_MEMORY" | "USER_CANCELED" | "ADMINISTRATIVELY_KILLED" | "ADMINISTRATIVELY_PREEMPTED" => K::Exhausted,
        name if name.starts_with("EXCEEDED_") => K::Exhausted,
        _ => K::Server,
    };
    let error = ConnectError::with_code(kind, &failure.error_code.unwrap_or_default().unsigned_abs().to_string());
    match kind {
        K::DatabaseNotFound => error.with_field("catalog").with_remedy("check catalog".to_owned()),
        K::NoPrivilege => error.with_remedy("let the server's access control show the catalog and the schema to the user".to_owned()),
        _ => error,
    }
}

/// Whether the server says that it has no such thing, or none for this user. Numbers: `SYNTAX_ERROR`, `NOT_SUPPORTED`,
/// `TABLE_NOT_FOUND`, `COLUMN_NOT_FOUND`.
pub(super) fn is_unknown(error: &ConnectError) -> bool {
    matches!(error.kind, K::NoPrivilege | K::DatabaseNotFound | K::SchemaNotFound)
        || matches!(error.server_code.as_deref(), Some("1" | "13" | "46" | "47"))
}

/// An answer that is no page.
pub(super) fn of_status(status: StatusCode, tls: bool, password: bool) -> ConnectError {
    match status {
        StatusCode::UNAUTHORIZED if !password => {
            ConnectError::from(K::Rejected).with_remedy("give a password: the server wants one (it is sent over TLS only)".to_owned())
        }
        StatusCode::UNAUTHORIZED => K::Rejected.into(),
        // "Authentication over HTTP is not enabled", "The plain HTTP request was sent to HTTPS port"
        StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST if !tls => K::TlsRequired.into(),
        StatusCode::FORBIDDEN => {
            ConnectError::from(K::NotAdmitted).with_remedy("let the server's access control admit this user".to_owned())
        }
        StatusCode::NOT_ACCEPTABLE => ConnectError::from(K::Protocol)
            .with_remedy("set http-server.process-forwarded=true at the server: there is a proxy in front of it".to_owned()),
        StatusCode::TOO_MANY_REQUESTS => K::TooManyConnections.into(),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => K::NotReady.into(),
        _ => K::Protocol.into(),
    }
}
