//! What is wrong with a set of credentials, as a fact. Each surface has words of its own for it.

use egress::TargetError;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Number, Value};

use super::fields::FORMS;
use super::spelling::Contradiction;

/// A rule that the value of a field broke. Nothing in it comes from the value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// The field must be there.
    Required,
    /// It must be a string.
    NotString,
    /// It must be a (whole) number.
    NotNumber,
    /// It must be a boolean.
    NotBoolean,
    /// It must be a boolean, and is one of the words that drivers have for their TLS modes.
    TlsWord,
    /// It must be a list.
    NotList,
    /// It must be an object.
    NotObject,
    /// A string with nothing in it.
    Empty,
    /// A string of more characters than this.
    Length(u64),
    /// A number below this one.
    Minimum(Number),
    /// A number above this one.
    Maximum(Number),
    /// It must be one of these words.
    OneOf(Vec<String>),
    /// A string with a NUL character, which no database takes.
    Nul,
    /// It must be one name, and is a list of several.
    OneName,
    /// It is no host, and why.
    Host(TargetError),
    /// It is no host, alone or after `http://` or `https://`.
    WebHost,
    /// It is not of the form that the field has; what is said of that.
    Form(&'static str),
    /// It is an option of TLS, and TLS is off: this credential turns it on.
    NeedsTls(&'static str),
    /// It is about a tunnel, and nothing says whether there is one.
    NeedsTunnel,
    /// It is no certificate in PEM.
    Certificate,
    /// It is no private key in PEM, or not the one that belongs to the certificate.
    PrivateKey,
    /// It stands there twice, under these two spellings of its key, with different values.
    Contradiction(String, String),
    /// An object of more keys than this.
    Keys(usize),
    /// It broke a rule that has no name here.
    Invalid,
    /// It passed every check and still does not fit: a fault of ours.
    Unreadable,
}

/// The first thing wrong with a set of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The way to the field inside of the credentials, for example `port`; empty for the credentials as a whole.
    pub field: Vec<String>,
    /// What it broke.
    pub rule: Rule,
    /// Keys of the credentials that were not used, in the client's spelling: one of them may be the field that is missing.
    pub ignored: Vec<String>,
}

impl Violation {
    /// A rule that one field broke.
    pub(super) fn of(field: &str, rule: Rule) -> Self {
        Self { field: vec![field.to_owned()], rule, ignored: Vec::new() }
    }

    /// A rule that the credentials as a whole broke.
    pub(crate) fn whole(rule: Rule) -> Self {
        Self { field: Vec::new(), rule, ignored: Vec::new() }
    }
}

impl From<Contradiction<'_>> for Rule {
    fn from(Contradiction(one, other): Contradiction<'_>) -> Self {
        Self::Contradiction(one.to_owned(), other.to_owned())
    }
}

impl From<&ValidationError<'_>> for Violation {
    /// One failure of the JSON Schema.
    fn from(error: &ValidationError<'_>) -> Self {
        let path = error.instance_path().to_string();
        let mut field: Vec<_> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        if let ValidationErrorKind::Required { property } = error.kind() {
            field.extend(property.as_str().map(str::to_owned));
        }
        Self { field, rule: rule(error, &path), ignored: Vec::new() }
    }
}

fn rule(error: &ValidationError<'_>, path: &str) -> Rule {
    use ValidationErrorKind as K;
    match error.kind() {
        K::Required { .. } => Rule::Required,
        K::Type { .. } if path.ends_with("/sslMode") && is_tls_word(error.instance()) => Rule::TlsWord,
        K::Type { kind } => of_type(kind),
        // The one pattern that fields have wants something that can be seen.
        K::MinLength { .. } | K::Pattern { .. } => Rule::Empty,
        K::MaxLength { limit } => Rule::Length(*limit),
        K::Maximum { limit: Value::Number(limit) } => Rule::Maximum(limit.clone()),
        K::Minimum { limit: Value::Number(limit) } => Rule::Minimum(limit.clone()),
        K::Enum { options } => Rule::OneOf(words(options)),
        K::Format { format } if format == "x-host" => host(error.instance()),
        K::Format { format } if format == "x-one-name" => Rule::OneName,
        K::Format { format } if format == "x-web-host" => Rule::WebHost,
        K::Format { format } => of_form(format, error.instance()),
        _ => Rule::Invalid,
    }
}

/// Words of libpq, MySQL and their likes for what is a boolean here.
const TLS_WORDS: [&str; 9] = ["disable", "disabled", "allow", "prefer", "preferred", "require", "required", "verify", "strict"];

fn is_tls_word(value: &Value) -> bool {
    let word = value.as_str().unwrap_or_default().trim().to_ascii_lowercase();
    TLS_WORDS.contains(&word.as_str()) || word.starts_with("verify-") || word.starts_with("verify_")
}

fn host(value: &Value) -> Rule {
    value.as_str().unwrap_or_default().parse::<egress::Host>().err().map_or(Rule::Invalid, Rule::Host)
}

fn of_form(format: &str, value: &Value) -> Rule {
    let check = FORMS.iter().find(|(form, _)| *form == format).map(|(_, check)| check);
    check.and_then(|check| check(value.as_str().unwrap_or_default()).err()).map_or(Rule::Invalid, Rule::Form)
}

fn words(options: &Value) -> Vec<String> {
    let word = |option: &Value| match option {
        Value::String(word) => Some(word.clone()),
        Value::Bool(_) => Some(option.to_string()),
        _ => None,
    };
    options.as_array().into_iter().flatten().filter_map(word).collect()
}

fn of_type(kind: &TypeKind) -> Rule {
    let text = match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => several.iter().map(|t| t.to_string()).find(|t| t != "null").unwrap_or_default(),
    };
    match text.as_str() {
        "string" => Rule::NotString,
        "integer" | "number" => Rule::NotNumber,
        "boolean" => Rule::NotBoolean,
        "array" => Rule::NotList,
        _ => Rule::NotObject,
    }
}
