//! From the keys that clients send to the keys of the contract.
//!
//! The real product's spellings cannot all be known, so keys are folded (case, `_`, `-`) and matched against names
//! and aliases; numbers and booleans may come as strings.

use serde_json::{Map, Value, json};

use super::judge::is_blank;
use super::spelling::{choose, fold};
use super::violation::Violation;

/// What came of the keys.
pub(super) struct Normalized {
    /// Known keys, in the order of the schema.
    pub(super) known: Map<String, Value>,
    /// Keys that mean nothing here, or that another spelling of the same field beat.
    pub(super) ignored: Vec<String>,
    /// The first field with two spellings that say different things.
    pub(super) contradiction: Option<Violation>,
}

/// How well `key` names the property: 0 exactly, then by folding, by alias, by folded alias; none not at all.
fn rank(key: &str, folded: &str, name: &str, property: &Value) -> Option<u8> {
    if key == name {
        return Some(0);
    }
    if folded == fold(name) {
        return Some(1);
    }
    let aliases = || property["x-aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if aliases().any(|a| a == key) {
        return Some(2);
    }
    aliases().any(|a| fold(a) == folded).then_some(3)
}

fn takes(property: &Value, wanted: &str) -> bool {
    match &property["type"] {
        Value::String(one) => one == wanted,
        Value::Array(several) => several.iter().any(|t| t == wanted),
        _ => false,
    }
}

fn convert(value: &Value, property: &Value) -> Value {
    // A document that is a text here, given as what it says.
    if property["x-json"] == true && value.is_object() {
        return json!(value.to_string());
    }
    let text = value.as_str().map(str::trim);
    if takes(property, "integer") {
        let number = value.as_f64().or_else(|| text.and_then(|t| t.parse().ok()));
        return match number {
            // 5432.0 is a whole number to JSON Schema.
            #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
            Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => json!(number as i64),
            Some(number) => json!(number),
            None => value.clone(),
        };
    }
    if let Some(word) = text.filter(|_| takes(property, "boolean")) {
        // Some fields have words of their own for it.
        let own = |list: &str| property[list].as_array().into_iter().flatten().filter_map(Value::as_str);
        let is = |usual: &str, list: &str| word == usual || own(list).any(|w| w.eq_ignore_ascii_case(word));
        if is("true", "x-true") {
            return json!(true);
        }
        if is("false", "x-false") {
            return json!(false);
        }
    }
    value.clone()
}

/// Sorts `input` by the properties of `schema`. `name`, however it is spelt, belongs to every kind and is not looked at.
pub(super) fn normalize(input: &Map<String, Value>, schema: &Value) -> Normalized {
    let properties = || schema["properties"].as_object().into_iter().flatten();
    let mut spellings: Vec<Vec<(u8, &str, &Value)>> = vec![Vec::new(); properties().count()];
    let mut keys = Vec::new();
    for (key, value) in input {
        let folded = fold(key);
        if folded == "name" {
            continue;
        }
        keys.push(key.as_str());
        // A field's own name beats an alias of another field.
        let ranked = properties().enumerate().filter_map(|(at, (name, property))| Some((rank(key, &folded, name, property)?, at)));
        if let Some((rank, at)) = ranked.min() {
            spellings[at].push((rank, key, value));
        }
    }
    let mut known = Map::new();
    let mut used = Vec::new();
    let mut contradiction = None;
    for ((name, property), mut spellings) in properties().zip(spellings) {
        spellings.sort_by_key(|(rank, ..)| *rank);
        let spellings: Vec<_> = spellings.into_iter().map(|(_, key, value)| (key, value)).collect();
        match choose(&spellings, |value| convert(value, property)) {
            Ok(Some((key, value))) => {
                used.push(key);
                if property["x-blank"] != "absent" || !is_blank(value) {
                    known.insert(name.clone(), convert(value, property));
                }
            }
            Ok(None) => {}
            Err(found) => {
                used.extend([found.0, found.1]);
                contradiction = contradiction.or(Some(Violation::of(name, found.into())));
            }
        }
    }
    let ignored = keys.into_iter().filter(|key| !used.contains(key)).map(str::to_owned).collect();
    Normalized { known, ignored, contradiction }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Rule;

    fn schema() -> Value {
        json!({"properties": {
            "host": {"type": "string"}, "port": {"type": "integer"}, "sslMode": {"type": ["boolean", "null"], "x-aliases": ["ssl", "enableSsl"]},
            "sshKey": {"type": "string", "x-aliases": ["privateKey", "pem"]}, "privateKey": {"type": "string"},
            "username": {"type": "string", "x-aliases": ["user"]},
        }})
    }

    fn run(input: Value) -> (Value, Vec<String>) {
        let Value::Object(input) = input else { panic!("an object") };
        let out = normalize(&input, &schema());
        assert_eq!(out.contradiction, None);
        (Value::Object(out.known), out.ignored)
    }

    fn contradiction(input: Value) -> Option<(String, Rule)> {
        let Value::Object(input) = input else { panic!("an object") };
        normalize(&input, &schema()).contradiction.map(|violation| (violation.field.join("."), violation.rule))
    }

    #[test]
    fn spellings_numbers_and_booleans() {
        let (known, ignored) =
            run(json!({"HOST": "h", "port": " 5432 ", "ENABLE-ssl": "true", "private_key": "k", "User": "u", "Name": "n"}));
        assert_eq!(known, json!({"host": "h", "port": 5432, "sslMode": true, "privateKey": "k", "username": "u"}));
        assert_eq!(ignored, [""; 0]);
    }

    #[test]
    fn other_spellings_may_repeat_a_field_and_are_named() {
        let (known, ignored) = run(json!({
            "user": "u", "username": "u", "Username": "", "classname": "org.h2.Driver", "host": "h", "Host": null, "port": "1", "PORT": 1.0, "ssl": "true",
            "sslMode": true,
        }));
        assert_eq!(known, json!({"host": "h", "port": 1, "sslMode": true, "username": "u"}));
        assert_eq!(ignored, ["user", "Username", "classname", "Host", "PORT", "ssl"]);
        // What says something counts, wherever it stands.
        assert_eq!(run(json!({"username": "", "user": "u"})), (json!({"username": "u"}), vec!["username".to_owned()]));
        assert_eq!(run(json!({"username": null, "user": ""})).0, json!({"username": null}));
    }

    #[test]
    fn other_spellings_may_not_contradict() {
        let of = |one: &str, other: &str| Rule::Contradiction(one.to_owned(), other.to_owned());
        assert_eq!(contradiction(json!({"user": "a", "username": "b"})), Some(("username".to_owned(), of("username", "user"))));
        assert_eq!(contradiction(json!({"PORT": 1, "_port": "2", "host": "h"})), Some(("port".to_owned(), of("PORT", "_port"))));
        assert_eq!(contradiction(json!({"ssl": true, "enableSsl": "false"})), Some(("sslMode".to_owned(), of("ssl", "enableSsl"))));
    }

    #[test]
    fn a_name_of_its_own_beats_an_alias_of_another_field() {
        assert_eq!(run(json!({"private_key": "k"})).0, json!({"privateKey": "k"}));
        assert_eq!(run(json!({"privateKey": "k", "pem": "p"})).0, json!({"sshKey": "p", "privateKey": "k"}));
    }

    #[test]
    fn what_does_not_convert_is_left_for_the_message() {
        let (known, _) = run(json!({"port": "x", "sslMode": "yes", "host": 5}));
        assert_eq!(known, json!({"host": 5, "port": "x", "sslMode": "yes"}));
        assert_eq!(run(json!({"port": "1.5"})).0, json!({"port": 1.5}));
        for whole in [json!(5432), json!(5432.0), json!("5432.0"), json!("5.432e3")] {
            assert_eq!(run(json!({"port": whole})).0, json!({"port": 5432}));
        }
    }
}
