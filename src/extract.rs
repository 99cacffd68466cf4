//! Bodies and queries, read under limits, with failures in the contract's shape.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use crate::app::AppState;
use crate::error::ApiError;

/// A JSON object. What its members must be is for each endpoint to say.
pub(crate) struct JsonObject(pub(crate) Map<String, Value>);

impl FromRequest<AppState> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        check_headers(&parts.headers)?;
        let read = tokio::time::timeout(app.limits.arrival, read(body, app.limits.body));
        let bytes = read
            .await
            .map_err(|_| ApiError::invalid("the request body did not arrive in time").with_status(StatusCode::REQUEST_TIMEOUT))??;
        // serde_json stops at a depth of 128, before the stack does.
        let value: Value = serde_json::from_slice(&bytes).map_err(|e| {
            let what = if e.to_string().starts_with("recursion limit") { "is nested too deeply" } else { "is not valid JSON" };
            ApiError::invalid(format!("the request body {what} (line {}, column {})", e.line(), e.column()))
        })?;
        match value {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(ApiError::invalid("\"value\" must be of type object")),
        }
    }
}

fn check_headers(headers: &HeaderMap) -> Result<(), ApiError> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return Err(ApiError::invalid("Content-Type must be application/json"));
    }
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|v| !v.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded { Err(ApiError::invalid("Content-Encoding is not supported: send the body as it is")) } else { Ok(()) }
}

/// How much of a body that is too large is still taken in (in multiples of the limit): a client that is cut off
/// while it sends never reads the answer.
const DRAINED: usize = 16;

async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::invalid("the request body did not arrive whole"))?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > limit.saturating_mul(DRAINED) {
            break;
        }
        if length <= limit {
            bytes.extend_from_slice(&data);
        }
    }
    if length > limit {
        return Err(ApiError::invalid(format!("the request body is larger than {limit} bytes")).with_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Ok(bytes)
}

/// The query as pairs, decoded.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The value of a parameter; given twice it is no string.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let (first, second) = (values.next(), values.next());
        if second.is_some() || first.is_some_and(|value| value.contains('\0')) {
            return Err(ApiError::invalid(format!("\"{name}\" must be a string")));
        }
        Ok(first)
    }
}

impl Query {
    /// The value of a parameter that must be there and not be empty.
    pub(crate) fn filled(&self, name: &str) -> Result<&str, ApiError> {
        match self.get(name)? {
            None => Err(ApiError::invalid(format!("\"{name}\" is required"))),
            Some(value) if value.trim().is_empty() => Err(ApiError::invalid(format!("\"{name}\" is not allowed to be empty"))),
            Some(value) => Ok(value),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        // Names are compared byte for byte: a query that is no text has none.
        if percent_encoding::percent_decode_str(query).decode_utf8().is_err() {
            return Err(ApiError::invalid("the query is not valid UTF-8"));
        }
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

/// A member that must be an object.
pub(crate) fn object<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a Map<String, Value>, ApiError> {
    match parent.get(key) {
        None => Err(ApiError::invalid(format!("\"{path}{key}\" is required"))),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(ApiError::invalid(format!("\"{path}{key}\" must be of type object"))),
    }
}

/// A member that must be a string without NUL, which no database takes.
pub(crate) fn string<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a str, ApiError> {
    match parent.get(key) {
        None => Err(ApiError::invalid(format!("\"{path}{key}\" is required"))),
        Some(Value::String(text)) if text.contains('\0') => {
            Err(ApiError::invalid(format!("\"{path}{key}\" must not contain a NUL character")))
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ApiError::invalid(format!("\"{path}{key}\" must be a string"))),
    }
}

/// A member that must be a string with something in it.
pub(crate) fn filled<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a str, ApiError> {
    let text = string(parent, path, key)?;
    if text.trim().is_empty() { Err(ApiError::invalid(format!("\"{path}{key}\" is not allowed to be empty"))) } else { Ok(text) }
}
