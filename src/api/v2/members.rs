//! Members of a body, with the contract's message for each that does not fit.

use connectors::Rule;
use serde_json::{Map, Value};

use super::error::ApiError;
use super::wording::broken;

/// A member that must be an object. `path` is where `parent` stands, with a final dot, or empty.
pub(super) fn object<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a Map<String, Value>, ApiError> {
    match parent.get(key) {
        None => Err(broken(&format!("{path}{key}"), &Rule::Required)),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(broken(&format!("{path}{key}"), &Rule::NotObject)),
    }
}

/// A member that must be a string without NUL.
pub(super) fn string<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a str, ApiError> {
    let rule = match parent.get(key) {
        Some(Value::String(text)) if !text.contains('\0') => return Ok(text),
        Some(Value::String(_)) => Rule::Nul,
        Some(_) => Rule::NotString,
        None => Rule::Required,
    };
    Err(broken(&format!("{path}{key}"), &rule))
}

/// A member that must be a string with something in it.
pub(super) fn filled<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a str, ApiError> {
    let text = string(parent, path, key)?;
    if text.trim().is_empty() { Err(broken(&format!("{path}{key}"), &Rule::Empty)) } else { Ok(text) }
}

/// A member that must be one of these words.
pub(super) fn one_of<'a>(parent: &'a Map<String, Value>, path: &str, key: &str, words: &[&str]) -> Result<&'a str, ApiError> {
    let word = string(parent, path, key)?;
    if words.contains(&word) {
        return Ok(word);
    }
    Err(broken(&format!("{path}{key}"), &Rule::OneOf(words.iter().map(|word| (*word).to_owned()).collect())))
}
