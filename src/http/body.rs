//! Bodies, read under limits.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use super::json;
use super::reject::Reject;
use crate::app::AppState;

/// A JSON object. What its members must be is for each endpoint to say.
pub(crate) struct JsonObject(pub(crate) Map<String, Value>);

impl FromRequest<AppState> for JsonObject {
    type Rejection = Reject;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Reject> {
        let (parts, body) = request.into_parts();
        check_headers(&parts.headers)?;
        // A client that waits for a sign before it sends what is too large gets its answer in place of the sign.
        if expects_a_sign(&parts.headers) && announced(&parts.headers).is_some_and(|length| length > app.limits.body) {
            return Err(Reject::TooLarge(app.limits.body));
        }
        let read = tokio::time::timeout(app.limits.arrival, read(body, app.limits.body));
        let bytes = read.await.map_err(|_| Reject::Late)??;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Reject::Empty);
        }
        match json::read(&bytes)? {
            Value::Object(object) => Ok(Self(object)),
            Value::Array(_) => Err(Reject::NotObject("a list")),
            Value::String(_) => Err(Reject::NotObject("a string")),
            Value::Number(_) => Err(Reject::NotObject("a number")),
            Value::Bool(_) => Err(Reject::NotObject("a boolean")),
            Value::Null => Err(Reject::NotObject("null")),
        }
    }
}

fn check_headers(headers: &HeaderMap) -> Result<(), Reject> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return Err(Reject::MediaType);
    }
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|v| !v.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded { Err(Reject::Encoding) } else { Ok(()) }
}

fn expects_a_sign(headers: &HeaderMap) -> bool {
    headers.get(header::EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// The length that the client says the body has.
fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// How much of a body that is too large is still taken in (in multiples of the limit): a client that is cut off
/// while it sends never reads the answer.
const DRAINED: usize = 16;

async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, Reject> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Reject::Incomplete)?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > limit.saturating_mul(DRAINED) {
            break;
        }
        if length <= limit {
            bytes.extend_from_slice(&data);
        }
    }
    if length > limit { Err(Reject::TooLarge(limit)) } else { Ok(bytes) }
}
