//! From the keys that clients send to the keys of the contract.
//!
//! The real product's spellings cannot all be known, so keys are folded (case, `_`, `-`) and matched against names
//! and aliases; numbers and booleans may come as strings.

use serde_json::{Map, Value, json};

use super::spelling::fold;

/// What came of the keys.
pub(super) struct Normalized {
    /// Known keys, in the order of the schema.
    pub(super) known: Map<String, Value>,
    /// Keys that mean nothing here, or that another spelling of the same field beat.
    pub(super) ignored: Vec<String>,
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
    let mut known = Map::new();
    let mut used = Vec::new();
    let folded: Vec<_> = input.iter().map(|(key, value)| (key, fold(key), value)).filter(|(_, folded, _)| folded != "name").collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let ranked = folded.iter().filter_map(|(key, folded, value)| rank(key, folded, name, property).map(|rank| (rank, *key, *value)));
        if let Some((_, key, value)) = ranked.min_by_key(|(rank, ..)| *rank) {
            used.push(key);
            known.insert(name.clone(), convert(value, property));
        }
    }
    let ignored = folded.iter().map(|(key, ..)| *key).filter(|key| !used.contains(key)).cloned().collect();
    Normalized { known, ignored }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(input: Value) -> (Value, Vec<String>) {
        let schema = json!({"properties": {
            "host": {"type": "string"}, "port": {"type": "integer"}, "sslMode": {"type": ["boolean", "null"], "x-aliases": ["ssl", "enableSsl"]},
            "privateKey": {"type": "string"}, "username": {"type": "string", "x-aliases": ["user"]},
        }});
        let Value::Object(input) = input else { panic!("an object") };
        let out = normalize(&input, &schema);
        (Value::Object(out.known), out.ignored)
    }

    #[test]
    fn spellings_numbers_and_booleans() {
        let (known, ignored) =
            run(json!({"HOST": "h", "port": " 5432 ", "ENABLE-ssl": "true", "private_key": "k", "User": "u", "Name": "n"}));
        assert_eq!(known, json!({"host": "h", "port": 5432, "sslMode": true, "privateKey": "k", "username": "u"}));
        assert_eq!(ignored, [""; 0]);
    }

    #[test]
    fn the_nearest_spelling_wins_and_the_rest_is_named() {
        let (known, ignored) =
            run(json!({"user": "alias", "username": "exact", "Username": "folded", "classname": "org.h2.Driver", "host": "h"}));
        assert_eq!(known, json!({"host": "h", "username": "exact"}));
        assert_eq!(ignored, ["user", "Username", "classname"]);
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
