//! The body of create and update: type, credentials, tenancy; checked in that order, first failure reported.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use connectors::{Registry, Rule};
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::kinds::KINDS;
use super::members::{filled, object, one_of};
use super::tenancy;
use super::wording::broken;
use crate::datasource::Request;

const IGNORED: HeaderName = HeaderName::from_static("headwater-ignored-fields");

/// Characters of a name. The contract names no limit; an index does.
const NAME_CHARS: usize = 255;

/// A body that passed every check that needs nothing but itself.
pub(super) struct DatasourceBody {
    pub(super) request: Request,
    pub(super) ignored: Vec<String>,
}

impl DatasourceBody {
    /// Takes the body by value, so that nothing of it is held while the job runs.
    #[expect(clippy::needless_pass_by_value, reason = "to be dropped at the end")]
    pub(super) fn read(body: Map<String, Value>, registry: Registry) -> Result<Self, ApiError> {
        let body = &body;
        let kind = one_of(body, "", "datasourceType", &KINDS.map(|(kind, _)| kind))?;
        let credentials = object(body, "", "credentials")?;
        let name = filled(credentials, "credentials.", "name")?;
        if name.chars().count() > NAME_CHARS {
            return Err(broken("credentials.name", &Rule::Length(NAME_CHARS as u64)));
        }
        let Some(entry) = registry.find(kind) else {
            return Err(ApiError::invalid(format!("\"datasourceType\" {kind} is not available in this version")));
        };
        let parsed = entry.parse(credentials)?;
        let has_schemas = entry.schema()["properties"].get("schema").is_some();
        let tenancy = tenancy::read(body, has_schemas)?;
        let mut ignored: Vec<_> = parsed.ignored.into_iter().map(|key| format!("credentials.{key}")).collect();
        ignored.extend(body.keys().filter(|key| !["datasourceType", "credentials", "tenancySettings"].contains(&key.as_str())).cloned());
        let request = Request { kind: entry, name: name.to_owned(), credentials: parsed.canonical, tenancy };
        Ok(Self { request, ignored })
    }
}

/// The answer to create and update, with the keys that were not used in `Headwater-Ignored-Fields`.
pub(super) fn named(name: &str, ignored: &[String]) -> Response {
    let mut headers = HeaderMap::new();
    let printable = |key: &&String| key.len() <= 64 && key.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    let keys: Vec<_> = ignored.iter().filter(printable).take(32).map(String::as_str).collect();
    if let (false, Ok(value)) = (keys.is_empty(), HeaderValue::try_from(keys.join(", "))) {
        headers.insert(IGNORED, value);
    }
    (headers, axum::Json(json!({"name": name}))).into_response()
}
