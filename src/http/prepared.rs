//! Answers that stay the same for as long as the process runs, made once.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A JSON body, ready to be sent, with its tag.
pub(crate) struct Prepared {
    body: Bytes,
    tag: HeaderValue,
}

impl Prepared {
    /// The body of `value`; the tag is its hash.
    pub(crate) fn json(value: &Value) -> Self {
        let body = Bytes::from(value.to_string());
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&body)));
        Self { body, tag: HeaderValue::try_from(tag).expect("base64 is a header value") }
    }

    /// The answer to a request with these headers: the body, or that the client has it already.
    pub(crate) fn answer(&self, headers: &HeaderMap) -> Response {
        let tag = [(header::ETAG, self.tag.clone())];
        if is_known(headers, &self.tag) {
            return (StatusCode::NOT_MODIFIED, tag).into_response();
        }
        (tag, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.body.clone()).into_response()
    }
}

/// Whether `If-None-Match` names `tag`.
pub(crate) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let list = value.to_str().unwrap_or_default();
        list.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/").as_bytes() == tag.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_every_form_that_a_client_sends() {
        let tag = HeaderValue::from_static("\"abc\"");
        let headers = |value| HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]);
        for known in ["\"abc\"", "W/\"abc\"", "*", "\"x\", \"abc\"", "\"x\" ,W/\"abc\""] {
            assert!(is_known(&headers(known), &tag), "{known}");
        }
        for other in ["", "abc", "\"ab\"", "\"abcd\""] {
            assert!(!is_known(&headers(other), &tag), "{other}");
        }
        assert!(!is_known(&HeaderMap::new(), &tag));
    }

    #[test]
    fn the_tag_goes_by_the_content() {
        let tag = |value| Prepared::json(&value).tag;
        assert_eq!(tag(serde_json::json!({"a": 1})), tag(serde_json::json!({"a": 1})));
        assert_ne!(tag(serde_json::json!({"a": 1})), tag(serde_json::json!({"a": 2})));
    }
}
