//! From a cluster's errors to our own kinds: by status and the type of the exception, never by a text.

use http::StatusCode;
use serde::Deserialize;

use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::Scalar;

/// The type of the exception for what is blocked.
const BLOCKED: &str = "cluster_block_exception";

/// What an answer says that is no success. The security plug-in of `OpenSearch`, proxies and clouds have other forms.
#[derive(Deserialize)]
struct Answer {
    error: Exception,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "type")]
    kind: Scalar,
}

/// An answer that is no success.
pub(super) fn of_answer(status: StatusCode, body: &[u8]) -> ConnectError {
    let known = serde_json::from_slice::<Answer>(body).ok().and_then(|answer| answer.error.kind.into_text());
    let code = known.as_deref().unwrap_or_else(|| status.as_str());
    let kind = match (status, code) {
        (StatusCode::UNAUTHORIZED, _) => K::Rejected,
        // 403 where an index is blocked, 503 where the whole cluster is.
        (StatusCode::FORBIDDEN, BLOCKED) => K::Server,
        (StatusCode::FORBIDDEN, _) | (_, "security_exception") => K::NoPrivilege,
        (StatusCode::TOO_MANY_REQUESTS, _) => K::Exhausted,
        (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT, _) => K::NotReady,
        _ if known.is_none() => K::Protocol,
        _ => K::Server,
    };
    ConnectError::with_code(kind, code)
}

/// Whether what was asked for is blocked: by an index's own settings, or because the cluster has no state for it.
pub(super) fn is_block(error: &ConnectError) -> bool {
    error.server_code.as_deref() == Some(BLOCKED)
}

/// Whether a cluster does not know a word of the request.
pub(super) fn is_unknown(error: &ConnectError) -> bool {
    error.server_code.as_deref() == Some("illegal_argument_exception")
}

/// Whether a cluster that knows us says that this one request is not for us.
pub(super) fn is_security(error: &ConnectError) -> bool {
    error.server_code.as_deref() == Some("security_exception")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_status_and_type() {
        for (status, body, kind, code) in [
            (401, r#"{"error":{"type":"security_exception","reason":"x"},"status":401}"#, K::Rejected, "security_exception"),
            (401, "Unauthorized", K::Rejected, "401"),
            (403, r#"{"error":{"root_cause":[],"type":"security_exception"}}"#, K::NoPrivilege, "security_exception"),
            (403, r#"{"Message":"User: anonymous is not authorized"}"#, K::NoPrivilege, "403"),
            (403, r#"{"error":{"type":"cluster_block_exception"}}"#, K::Server, "cluster_block_exception"),
            (503, r#"{"error":{"type":"cluster_block_exception"}}"#, K::NotReady, "cluster_block_exception"),
            (404, r#"{"error":{"type":"index_not_found_exception"}}"#, K::Server, "index_not_found_exception"),
            (404, r#"{"error":"no handler found"}"#, K::Protocol, "404"),
            (429, r#"{"error":{"type":"circuit_breaking_exception"}}"#, K::Exhausted, "circuit_breaking_exception"),
            (503, "OpenSearch Security not initialized.", K::NotReady, "503"),
            (400, "<html>", K::Protocol, "400"),
            (500, r#"{"error":{"type":["x"]}}"#, K::Protocol, "500"),
        ] {
            let error = of_answer(StatusCode::from_u16(status).expect("a status"), body.as_bytes());
            assert_eq!((error.kind, error.server_code.as_deref()), (kind, Some(code)), "{status} {body}");
        }
        assert_eq!(of_answer(StatusCode::NOT_FOUND, br#"{"error":{"type":"<script>"}}"#).server_code, None);
    }
}
