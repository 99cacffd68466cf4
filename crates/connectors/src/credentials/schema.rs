//! The compiled form of a credentials struct: its JSON Schema and the validator made from it.

use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::fields::ServiceAccount;
use super::normalize::normalize;
use super::violation::{Rule, Violation};

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
        let mut json = settings.into_generator().into_root_schema_for::<T>().to_value();
        // Of a kind that asks for nothing, too, it is said what its fields are.
        if let Some(schema) = json.as_object_mut() {
            schema.entry("properties").or_insert_with(|| Map::new().into());
            schema.entry("required").or_insert_with(|| Vec::<Value>::new().into());
        }
        let own = super::fields::FORMS
            .iter()
            .fold(jsonschema::options(), |options, (form, check)| options.with_format(*form, |text: &str| check(text).is_ok()));
        let validator = own
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

    pub(crate) fn parse(&self, credentials: &Map<String, Value>) -> Result<Parsed, Violation> {
        if credentials.len() > KEYS {
            return Err(Violation::whole(Rule::Keys(KEYS)));
        }
        let normalized = normalize(credentials, &self.json);
        if let Some(contradiction) = normalized.contradiction {
            return Err(Violation { ignored: normalized.ignored, ..contradiction });
        }
        if let Some((key, _)) = normalized.known.iter().find(|(_, value)| value.as_str().is_some_and(|text| text.contains('\0'))) {
            return Err(Violation { ignored: normalized.ignored, ..Violation::of(key, Rule::Nul) });
        }
        let canonical = Value::Object(normalized.known);
        // The first failing rule in the order of the fields is the one reported.
        let violations = self.validator.iter_errors(&canonical).map(|error| Violation::from(&error));
        let violations = violations.chain(self.keys(&canonical));
        // What says which words there are says more than that they are strings.
        let order = |violation: &Violation| (self.position(violation), !matches!(violation.rule, Rule::OneOf(_)));
        match violations.min_by_key(order) {
            Some(violation) => Err(Violation { ignored: normalized.ignored, ..violation }),
            None => Ok(Parsed { canonical, ignored: normalized.ignored }),
        }
    }

    /// What is wrong with keys of service accounts, which are texts with fields of their own.
    fn keys(&self, canonical: &Value) -> Option<Violation> {
        let properties = self.json["properties"].as_object()?;
        let keys = properties.iter().filter(|(_, property)| property["x-service-account"] == true);
        let given = keys.filter_map(|(name, _)| Some((name, canonical[name].as_str().filter(|text| !text.is_empty())?)));
        { given }.find_map(|(name, text)| {
            let (part, rule) = ServiceAccount::read(text).err()?;
            let mut violation = Violation::of(name, rule);
            violation.field.extend(part.map(str::to_owned));
            Some(violation)
        })
    }

    /// Where the field of a failure stands in the schema.
    fn position(&self, violation: &Violation) -> usize {
        let properties = self.json["properties"].as_object();
        let position = violation.field.first().and_then(|field| properties?.keys().position(|key| key == field));
        position.unwrap_or(usize::MAX)
    }
}
