//! Failures in the words of Joi, whose messages the contract's clients know.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::fields::WebHostError;

/// The first thing wrong with a set of credentials. Its text never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CredentialsError {
    /// The field, for example `port`; empty for the credentials as a whole.
    pub field: String,
    /// The whole text, for example `"credentials.port" must be a number`.
    pub message: String,
}

impl CredentialsError {
    /// `"credentials.FIELD" RULE`
    pub fn new(field: &str, rule: &str) -> Self {
        Self { field: field.to_owned(), message: format!("\"credentials.{field}\" {rule}") }
    }

    /// Credentials that passed every check and still do not fit: a fault of ours.
    pub(crate) fn unreadable() -> Self {
        Self { field: String::new(), message: "\"credentials\" cannot be read".to_owned() }
    }
}

/// The words for one failure of the JSON Schema.
pub(super) fn describe(error: &ValidationError<'_>) -> CredentialsError {
    use ValidationErrorKind as K;
    let path = error.instance_path().to_string().trim_matches('/').replace('/', ".");
    if let K::Required { property } = error.kind() {
        return CredentialsError::new(property.as_str().unwrap_or_default(), "is required");
    }
    let rule = match error.kind() {
        K::Type { kind } => format!("must be {}", article(kind)),
        K::MinLength { .. } => "is not allowed to be empty".to_owned(),
        K::MaxLength { limit } => format!("length must be less than or equal to {limit} characters long"),
        K::Maximum { limit } => format!("must be less than or equal to {limit}"),
        K::Minimum { limit } => format!("must be greater than or equal to {limit}"),
        K::Enum { options } => format!("must be one of [{}]", list(options)),
        K::Format { format } if format == "x-host" => host_rule(error.instance()),
        K::Format { format } if format == "x-one-name" => "must be one name, not a list".to_owned(),
        K::Format { format } if format == "x-web-host" => WebHostError.to_string(),
        _ => "is invalid".to_owned(),
    };
    CredentialsError::new(&path, &rule)
}

fn host_rule(value: &Value) -> String {
    let parsed = value.as_str().unwrap_or_default().parse::<egress::Host>();
    parsed.err().map_or_else(|| "is invalid".to_owned(), |e| e.to_string())
}

fn list(options: &Value) -> String {
    let words = options.as_array().into_iter().flatten().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(", ")
}

fn article(kind: &TypeKind) -> &'static str {
    let text = match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => several.iter().map(|t| t.to_string()).find(|t| t != "null").unwrap_or_default(),
    };
    match text.as_str() {
        "string" => "a string",
        "integer" | "number" => "a number",
        "boolean" => "a boolean",
        "array" => "an array",
        _ => "of type object",
    }
}
