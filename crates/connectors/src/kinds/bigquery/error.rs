//! From the reasons of Google's APIs (<https://cloud.google.com/bigquery/docs/error-messages>) to our own kinds. Of what a server
//! says only the reason gets out.

use http::StatusCode;
use serde::Deserialize;

use crate::error::{ConnectError, ConnectErrorKind as K};

/// Whether a failure passes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// It does not.
    Never,
    /// A service broke down, and is back soon or not at all.
    Breakdown,
    /// A quota is used up for now.
    Quota,
}

/// What an API answers where it fails. The texts are not even read.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Failure {
    error: Details,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Details {
    errors: Vec<Reason>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reason {
    reason: String,
}

/// An answer that is no success: what it means, and whether it passes.
pub(super) fn of_failure(status: StatusCode, body: &[u8]) -> (ConnectError, Passing) {
    let failure: Failure = serde_json::from_slice(body).unwrap_or_default();
    let reason = failure.error.errors.first().map(|first| first.reason.as_str()).unwrap_or_default();
    let (kind, passing) = match (reason, status) {
        // Until tomorrow.
        ("dailyLimitExceeded", _) => (K::Exhausted, Passing::Never),
        ("quotaExceeded" | "rateLimitExceeded" | "userRateLimitExceeded" | "jobRateLimitExceeded", _)
        | (_, StatusCode::TOO_MANY_REQUESTS) => (K::Exhausted, Passing::Quota),
        ("backendError" | "internalError", _) => (K::NotReady, Passing::Breakdown),
        (_, status) if status.is_server_error() => (K::NotReady, Passing::Breakdown),
        ("accessDenied" | "forbidden" | "accessNotConfigured" | "billingNotEnabled" | "SERVICE_DISABLED", _)
        | (_, StatusCode::FORBIDDEN) => (K::NoPrivilege, Passing::Never),
        (_, StatusCode::UNAUTHORIZED) => (K::Rejected, Passing::Never),
        ("notFound", _) | (_, StatusCode::NOT_FOUND) => (K::SchemaNotFound, Passing::Never),
        ("", _) => (K::Protocol, Passing::Never),
        _ => (K::Server, Passing::Never),
    };
    let error = ConnectError::with_code(kind, reason);
    let error = match (kind, reason) {
        (K::NoPrivilege, "accessNotConfigured" | "SERVICE_DISABLED") => {
            error.with_field("projectId").with_remedy("enable the BigQuery API in the project".to_owned())
        }
        (K::NoPrivilege, "billingNotEnabled") => error.with_field("projectId").with_remedy("enable billing in the project".to_owned()),
        (K::NoPrivilege, _) => {
            error.with_remedy("grant the service account roles/bigquery.metadataViewer on the project, or on each dataset".to_owned())
        }
        (K::Exhausted, _) => error.with_remedy("raise the project's quota for BigQuery API requests, or try again later".to_owned()),
        (K::Rejected, _) => error.with_field("credentialsJson").with_remedy("check that the service account is enabled".to_owned()),
        _ => error,
    };
    (error, passing)
}

/// What the token endpoint answers where it fails (RFC 6749, 5.2).
#[derive(Deserialize, Default)]
#[serde(default)]
struct TokenFailure {
    error: String,
}

/// No token: why, and whether that passes.
pub(super) fn of_token(status: StatusCode, body: &[u8]) -> (ConnectError, Passing) {
    let failure: TokenFailure = serde_json::from_slice(body).unwrap_or_default();
    let kind = match failure.error.as_str() {
        "invalid_grant" | "invalid_client" | "unauthorized_client" | "invalid_request" | "invalid_scope" => K::Rejected,
        "disabled_client" | "account_disabled" => K::AccountLocked,
        _ if status == StatusCode::TOO_MANY_REQUESTS => K::Exhausted,
        _ if status.is_server_error() => K::NotReady,
        _ => K::Protocol,
    };
    let passing = match kind {
        K::Exhausted => Passing::Quota,
        K::NotReady => Passing::Breakdown,
        _ => Passing::Never,
    };
    let error = ConnectError::with_code(kind, &failure.error).with_field("credentialsJson");
    let error = match kind {
        K::Rejected => error.with_remedy(
            "make a new key for the service account: this one was deleted, its account is gone, or the clock of this server is wrong"
                .to_owned(),
        ),
        K::AccountLocked => error.with_remedy("enable the service account".to_owned()),
        _ => error,
    };
    (error, passing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        for (status, reason, code, passing) in [
            (403, "accessDenied", "NO_PRIVILEGE", Passing::Never),
            (403, "quotaExceeded", "RESOURCES_EXHAUSTED", Passing::Quota),
            (403, "dailyLimitExceeded", "RESOURCES_EXHAUSTED", Passing::Never),
            (403, "rateLimitExceeded", "RESOURCES_EXHAUSTED", Passing::Quota),
            (403, "accessNotConfigured", "NO_PRIVILEGE", Passing::Never),
            (404, "notFound", "SCHEMA_NOT_FOUND", Passing::Never),
            (401, "authError", "AUTHENTICATION_FAILED", Passing::Never),
            (429, "", "RESOURCES_EXHAUSTED", Passing::Quota),
            (500, "backendError", "NOT_READY", Passing::Breakdown),
            (503, "", "NOT_READY", Passing::Breakdown),
            (400, "invalid", "SERVER_ERROR", Passing::Never),
            (400, "", "PROTOCOL_ERROR", Passing::Never),
        ] {
            let body = format!("{{\"error\":{{\"code\":{status},\"message\":\"canary\",\"errors\":[{{\"reason\":\"{reason}\"}}]}}}}");
            let (error, found) = of_failure(StatusCode::from_u16(status).expect("status"), body.as_bytes());
            assert_eq!((error.kind.code(), found), (code, passing), "{status} {reason}");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[test]
    fn tokens() {
        for (status, word, code, passing) in [
            (400, "invalid_grant", "AUTHENTICATION_FAILED", Passing::Never),
            (401, "disabled_client", "ACCOUNT_LOCKED", Passing::Never),
            (429, "", "RESOURCES_EXHAUSTED", Passing::Quota),
            (503, "", "NOT_READY", Passing::Breakdown),
            (418, "", "PROTOCOL_ERROR", Passing::Never),
        ] {
            let body = format!("{{\"error\":\"{word}\",\"error_description\":\"canary\"}}");
            let (error, found) = of_token(StatusCode::from_u16(status).expect("status"), body.as_bytes());
            assert_eq!((error.kind.code(), found), (code, passing), "{status} {word}");
            assert!(!error.to_string().contains("canary"));
        }
    }
}
