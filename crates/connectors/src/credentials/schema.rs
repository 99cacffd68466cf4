//! The compiled form of a credentials struct: its JSON Schema and the validator made from it.

use jsonschema::{ValidationError, Validator};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::message::{CredentialsError, describe};
use super::normalize::normalize;

/// Credentials in canonical form.
#[derive(Clone)]
pub struct Parsed {
    /// Canonical keys and converted values; what is sealed and stored.
    pub canonical: Value,
    /// Keys that were not used.
    pub ignored: Vec<String>,
}

/// No kind has more than a dozen or two; each is compared with all spellings of all fields.
const KEYS: usize = 200;

pub(crate) struct CredentialsSchema {
    json: Value,
    validator: Validator,
}

impl CredentialsSchema {
    pub(crate) fn of<T: JsonSchema>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
        let json = settings.into_generator().into_root_schema_for::<T>().to_value();
        let validator = jsonschema::options()
            .with_format("x-host", |text: &str| text.parse::<egress::Host>().is_ok())
            .with_format("x-web-host", |text: &str| text.parse::<super::fields::WebHost>().is_ok())
            .with_format("x-one-name", |text: &str| !text.contains([',', ';']))
            .should_validate_formats(true)
            .build(&json)
            .expect("a derived schema is a schema");
        Self { json, validator }
    }

    pub(crate) fn json(&self) -> &Value {
        &self.json
    }

    pub(crate) fn parse(&self, credentials: &Map<String, Value>) -> Result<Parsed, CredentialsError> {
        if credentials.len() > KEYS {
            return Err(CredentialsError { field: String::new(), message: format!("\"credentials\" must have at most {KEYS} keys") });
        }
        let normalized = normalize(credentials, &self.json);
        if let Some((key, _)) = normalized.known.iter().find(|(_, value)| value.as_str().is_some_and(|text| text.contains('\0'))) {
            return Err(CredentialsError::new(key, "must not contain a NUL character"));
        }
        let canonical = Value::Object(normalized.known);
        // Joi reports the first failing rule in the order of the fields.
        let first = self.validator.iter_errors(&canonical).map(|e| (self.position(&e), describe(&e))).min_by_key(|(position, _)| *position);
        match first {
            Some((_, error)) => Err(error),
            None => Ok(Parsed { canonical, ignored: normalized.ignored }),
        }
    }

    /// Where the field of a failure stands in the schema.
    fn position(&self, error: &ValidationError<'_>) -> usize {
        let described = describe(error).field;
        let field = described.split('.').next().unwrap_or_default();
        self.json["properties"].as_object().and_then(|all| all.keys().position(|k| k == field)).unwrap_or(usize::MAX)
    }
}
