//! The body of create and update: type, credentials, tenancy; checked in that order, first failure reported.

use axum::Json;
use axum::response::{IntoResponse, Response};
use connectors::credentials::fold;
use connectors::{Kind, Parsed, Registry, Rule, Violation};
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::ignored::Ignored;
use super::kinds;
use super::members::{filled, member, object, unused};
use super::tenancy;
use super::wording::broken;
use crate::datasource::Request;

/// Characters of a name. The contract names no limit; an index does.
const NAME_CHARS: usize = 255;

const MEMBERS: [&str; 3] = ["datasourceType", "credentials", "tenancySettings"];

/// A body that passed every check that needs nothing but itself.
pub(super) struct DatasourceBody {
    pub(super) request: Request,
    pub(super) ignored: Ignored,
}

impl DatasourceBody {
    /// Takes the body by value, so that nothing of it is held while the job runs.
    #[expect(clippy::needless_pass_by_value, reason = "to be dropped at the end")]
    pub(super) fn read(body: Map<String, Value>, registry: Registry) -> Result<Self, ApiError> {
        // Parsed before the checks in their order, because every answer names what was not used.
        let parsed = parse(&body, registry);
        let ignored = ignored(&body, parsed.as_ref());
        match check(&body, parsed) {
            Ok(request) => Ok(Self { request, ignored }),
            Err(error) => Err(error.ignoring(ignored)),
        }
    }
}

type Outcome = (&'static Kind, Result<Parsed, Violation>);

/// What the kind makes of the credentials, if there are both.
fn parse(body: &Map<String, Value>, registry: Registry) -> Option<Outcome> {
    let known = |key| member(body, "", key).ok().flatten();
    let kind = registry.find(known("datasourceType")?.as_str()?)?;
    Some((kind, kind.parse(known("credentials")?.as_object()?)))
}

fn ignored(body: &Map<String, Value>, parsed: Option<&Outcome>) -> Ignored {
    let mut ignored = Ignored::default();
    match parsed {
        Some((_, Ok(parsed))) => ignored.add("credentials.", &parsed.ignored),
        Some((_, Err(violation))) => ignored.add("credentials.", &violation.ignored),
        None => {}
    }
    let object = |key| member(body, "", key).ok().flatten().and_then(Value::as_object);
    // The kind's fields are its own matter; the name is ours.
    let names = object("credentials").into_iter().flat_map(|credentials| unused(credentials, &["name"]));
    ignored.add("credentials.", names.filter(|key| fold(key) == "name"));
    if let Some(settings) = object("tenancySettings") {
        ignored.add(tenancy::PATH, unused(settings, &tenancy::MEMBERS));
    }
    ignored.add("", unused(body, &MEMBERS));
    ignored
}

fn check(body: &Map<String, Value>, parsed: Option<Outcome>) -> Result<Request, ApiError> {
    let word = kinds::read(body)?;
    let credentials = object(body, "", "credentials")?;
    let name = filled(credentials, "credentials.", "name")?;
    if name.chars().count() > NAME_CHARS {
        return Err(broken("credentials.name", &Rule::Length(NAME_CHARS as u64)));
    }
    let Some((kind, parsed)) = parsed else {
        return Err(ApiError::invalid(format!("\"datasourceType\" {word} is not available in this version")));
    };
    let parsed = parsed?;
    let tenancy = tenancy::read(body, tenancy::has_schemas(kind))?;
    Ok(Request { kind, name: name.to_owned(), credentials: parsed.canonical, tenancy })
}

/// The answer to create and update.
pub(super) fn named(name: &str, ignored: &Ignored) -> Response {
    (ignored.header(), Json(json!({"name": name}))).into_response()
}
