//! Members of a body, in any spelling of their keys, with the contract's message for each that does not fit.

use connectors::Rule;
use connectors::credentials::{choose, fold};
use serde_json::{Map, Value};

use super::error::ApiError;
use super::wording::broken;

/// A member, if it is there. `path` is where `parent` stands, with a final dot, or empty.
pub(super) fn member<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<Option<&'a Value>, ApiError> {
    match choose(&spellings(parent, key), Value::clone) {
        Ok(chosen) => Ok(chosen.map(|(_, value)| value)),
        Err(contradiction) => Err(broken(&format!("{path}{key}"), &contradiction.into())),
    }
}

/// Whether a member is there at all.
pub(super) fn has(parent: &Map<String, Value>, key: &str) -> bool {
    !spellings(parent, key).is_empty()
}

/// Keys of `parent` that are none of these members, or that another spelling of one beat.
pub(super) fn unused<'a>(parent: &'a Map<String, Value>, members: &[&str]) -> impl Iterator<Item = &'a str> {
    let chosen = |key: &&str| choose(&spellings(parent, key), Value::clone).ok().flatten().map(|(key, _)| key);
    let used: Vec<_> = members.iter().filter_map(chosen).collect();
    parent.keys().map(String::as_str).filter(move |key| !used.contains(key))
}

/// The spellings of `key` that are there, the exact one first.
fn spellings<'a>(parent: &'a Map<String, Value>, key: &str) -> Vec<(&'a str, &'a Value)> {
    let folded = fold(key);
    let exact = parent.get_key_value(key);
    let others = parent.iter().filter(|(other, _)| *other != key && fold(other) == folded);
    exact.into_iter().chain(others).map(|(key, value)| (key.as_str(), value)).collect()
}

/// A member that must be an object.
pub(super) fn object<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a Map<String, Value>, ApiError> {
    match member(parent, path, key)? {
        None => Err(broken(&format!("{path}{key}"), &Rule::Required)),
        Some(Value::Object(object)) => Ok(object),
        Some(Value::String(text)) if serde_json::from_str::<Map<String, Value>>(text).is_ok() => {
            Err(ApiError::invalid(format!("\"{path}{key}\" must be of type object, and is a string of JSON: send it without the quotes")))
        }
        Some(_) => Err(broken(&format!("{path}{key}"), &Rule::NotObject)),
    }
}

/// A member that must be a string without NUL.
pub(super) fn string<'a>(parent: &'a Map<String, Value>, path: &str, key: &str) -> Result<&'a str, ApiError> {
    let rule = match member(parent, path, key)? {
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
