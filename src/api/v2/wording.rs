//! Broken rules in the words of Joi, whose messages the contract's clients know.

use connectors::{Rule, Violation};

use super::error::ApiError;
use super::ignored;

/// `"PATH" RULE`. The path is dotted, for example `credentials.port`.
pub(super) fn broken(path: &str, rule: &Rule) -> ApiError {
    let error = ApiError::invalid(format!("\"{path}\" {}", words(rule)));
    if *rule == Rule::Required { error.of_missing() } else { error }
}

impl From<Violation> for ApiError {
    fn from(violation: Violation) -> Self {
        let path = std::iter::once("credentials").chain(violation.field.iter().map(String::as_str));
        broken(&path.collect::<Vec<_>>().join("."), &violation.rule)
    }
}

fn words(rule: &Rule) -> String {
    match rule {
        Rule::Required => "is required".to_owned(),
        Rule::NotString => "must be a string".to_owned(),
        Rule::NotNumber => "must be a number".to_owned(),
        Rule::NotBoolean => "must be a boolean".to_owned(),
        Rule::TlsWord => "must be a boolean: true for TLS, false for none; sslVerify (full, ca, none) says what is checked".to_owned(),
        Rule::NotList => "must be an array".to_owned(),
        Rule::NotObject => "must be of type object".to_owned(),
        Rule::Empty => "is not allowed to be empty".to_owned(),
        Rule::Length(most) => format!("length must be less than or equal to {most} characters long"),
        Rule::Minimum(least) => format!("must be greater than or equal to {least}"),
        Rule::Maximum(most) => format!("must be less than or equal to {most}"),
        Rule::OneOf(words) => format!("must be one of [{}]", words.join(", ")),
        Rule::Nul => "must not contain a NUL character".to_owned(),
        Rule::OneName => "must be one name, not a list".to_owned(),
        Rule::Host(why) => why.to_string(),
        Rule::WebHost => "must be a host name or an IP address, alone or after http:// or https://, without port or path".to_owned(),
        Rule::Form(words) => (*words).to_owned(),
        Rule::NeedsTls("sslMode") => "needs TLS: set sslMode".to_owned(),
        Rule::NeedsTls(url) => format!("needs TLS: give {url} with https://"),
        Rule::NeedsTunnel => "needs a tunnel: set sshTunnel to enable".to_owned(),
        Rule::Certificate => "must be a certificate in PEM, BEGIN and END lines included".to_owned(),
        Rule::PrivateKey => "must be the private key in PEM that belongs to sslCert, BEGIN and END lines included".to_owned(),
        Rule::Contradiction(one, other) => format!("is given twice with different values, as {} and as {}", key(one), key(other)),
        Rule::Keys(most) => format!("must have at most {most} keys"),
        Rule::Unreadable => "cannot be read".to_owned(),
        // What has no name yet has no words either.
        _ => "is invalid".to_owned(),
    }
}

/// A key in the client's spelling, if it can stand in a text.
fn key(spelling: &str) -> &str {
    if ignored::is_printable(spelling) { spelling } else { "another spelling" }
}

#[cfg(test)]
mod tests {
    use connectors::{Kind, Registry};
    use serde_json::{Map, Value, json};

    use super::*;

    fn message(entry: &Kind, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut credentials: Map<_, _> = serde_json::from_str(entry.example).expect("the example is an object");
        change(&mut credentials);
        entry.parse(&credentials).err().map(|violation| ApiError::from(violation).message().to_owned()).unwrap_or_default()
    }

    fn is(property: &Value, wanted: &str) -> bool {
        property["type"] == wanted || property["type"].as_array().is_some_and(|all| all.iter().any(|t| t == wanted))
    }

    /// Values that break a rule of `property`, each with what is said of it.
    fn wrong(property: &Value) -> Vec<(Value, String)> {
        let mut rows = Vec::new();
        let mut row = |value: Value, text: &str| rows.push((value, text.to_owned()));
        if is(property, "string") && property["enum"].is_null() && property["x-json"].is_null() {
            row(json!({"a": 1}), "must be a string");
            row(json!(5), "must be a string");
            row(json!("a\0b"), "must not contain a NUL character");
        }
        if property["minLength"] == 1 && property["x-blank"].is_null() {
            row(json!(""), "is not allowed to be empty");
        }
        if is(property, "integer") {
            row(json!("x"), "must be a number");
            row(json!("5432.5"), "must be a number");
        }
        if let Some(most) = property["maximum"].as_i64() {
            row(json!(most + 1), &format!("must be less than or equal to {most}"));
            row(json!((most + 1).to_string()), &format!("must be less than or equal to {most}"));
            row(json!(0), "must be greater than or equal to 1");
        }
        if is(property, "boolean") {
            row(json!("maybe"), "must be a boolean");
        }
        if let Some(options) = property["enum"].as_array() {
            let words: Vec<_> = options.iter().filter_map(Value::as_str).collect();
            for wrong in [json!("no such"), json!(true), json!(5)] {
                row(wrong, &format!("must be one of [{}]", words.join(", ")));
            }
        }
        if property["format"] == "x-host" {
            row(json!("/var/run/postgresql"), "must be a host name or an IP address, not a path");
            row(json!("a.example,b.example"), "must be one host, not a list");
            row(json!("postgres://db"), "must be a host name or an IP address, without scheme, port or path");
            row(json!("x".repeat(254)), "must be at most 253 characters long");
        }
        if property["format"] == "x-web-host" {
            let text = "must be a host name or an IP address, alone or after http:// or https://, without port or path";
            row(json!("https://db:8443"), text);
        }
        if property["format"] == "x-warehouse-path" {
            row(json!("/sql/1.0/warehouses/a/b"), "must be the HTTP path of a SQL warehouse (/sql/1.0/warehouses/ID) or its ID");
            row(json!("sql/protocolv1/o/1/2"), "is the path of a cluster; give the one of a SQL warehouse (/sql/1.0/warehouses/ID)");
        }
        if property["format"] == "x-one-name" {
            row(json!("a,b"), "must be one name, not a list");
        }
        rows
    }

    #[test]
    fn every_field_of_every_kind_has_its_messages() {
        for entry in Registry.kinds() {
            for (name, property) in entry.schema()["properties"].as_object().expect("properties") {
                let rows = wrong(property);
                assert!(!rows.is_empty(), "{}.{name}", entry.name);
                for (value, text) in rows {
                    let message = message(entry, |credentials| {
                        // Some fields come in pairs only.
                        for other in entry.schema()["dependentRequired"][name].as_array().into_iter().flatten() {
                            credentials.insert(other.as_str().expect("a name").to_owned(), json!("x"));
                        }
                        // Some stand in place of others.
                        for other in property["x-instead-of"].as_array().into_iter().flatten() {
                            credentials.remove(other.as_str().expect("a name"));
                        }
                        credentials.insert(name.clone(), value);
                    });
                    assert_eq!(message, format!("\"credentials.{name}\" {text}"), "{}", entry.name);
                }
            }
            // A kind whose connection string stands in their place has them in a condition.
            let conditional = || entry.schema()["allOf"].as_array()?.iter().find_map(|one| one["else"]["required"].as_array());
            let required = entry.schema()["required"].as_array().or_else(conditional).expect("required");
            for required in required.iter().filter_map(Value::as_str) {
                assert_eq!(
                    message(entry, |credentials| drop(credentials.remove(required))),
                    format!("\"credentials.{required}\" is required")
                );
            }
            let many = message(entry, |credentials| credentials.extend((0..=200).map(|n| (format!("k{n}"), Value::Null))));
            assert_eq!(many, "\"credentials\" must have at most 200 keys");
        }
    }

    #[test]
    fn what_belongs_together_is_asked_for() {
        for entry in Registry.kinds().iter().filter(|entry| !entry.schema()["dependentRequired"].is_null()) {
            let certificate = message(entry, |credentials| drop(credentials.insert("sslCert".to_owned(), json!("x"))));
            assert_eq!(certificate, "\"credentials.sslKey\" is required", "{}", entry.name);
        }
        for entry in Registry.kinds().iter().filter(|entry| !entry.schema()["properties"]["sshTunnel"].is_null()) {
            let tunnel = message(entry, |credentials| drop(credentials.insert("sshTunnel".to_owned(), json!("enable"))));
            assert_eq!(tunnel, "\"credentials.sshHost\" is required", "{}", entry.name);
        }
    }

    /// Options that would be taken and never used, for every kind that has them.
    #[test]
    fn what_would_not_be_used_is_refused() {
        for kind in Registry.kinds().iter().filter(|kind| !kind.schema()["properties"]["sslVerify"].is_null()) {
            let without_tls = |field: &str, value: &Value| {
                message(kind, |credentials| {
                    for (key, value) in
                        [("sslMode", json!(false)), ("host", json!("db.example.com")), ("port", json!(1)), ("password", json!(""))]
                    {
                        if credentials.contains_key(key) || key == "sslMode" {
                            credentials.insert(key.to_owned(), value);
                        }
                    }
                    for other in kind.schema()["dependentRequired"][field].as_array().into_iter().flatten() {
                        credentials.insert(other.as_str().expect("a name").to_owned(), json!("x"));
                    }
                    credentials.insert(field.to_owned(), value.clone());
                })
            };
            // SQL Server has TLS always.
            let has_mode = !kind.schema()["properties"]["sslMode"].is_null();
            for field in ["sslVerify", "sslCa"].into_iter().filter(|_| has_mode) {
                let value = if field == "sslVerify" { json!("full") } else { json!("x") };
                assert_eq!(without_tls(field, &value), format!("\"credentials.{field}\" needs TLS: set sslMode"), "{}", kind.name);
                for blank in [Value::Null, json!(""), json!(" ")] {
                    assert_eq!(without_tls(field, &blank), "", "{} {blank}", kind.name);
                }
            }
            let path = message(kind, |credentials| {
                credentials.extend([("sslCa".to_owned(), json!("/etc/passwd"))]);
                if has_mode {
                    credentials.insert("sslMode".to_owned(), json!(true));
                }
            });
            assert_eq!(path, "\"credentials.sslCa\" must be a certificate in PEM, BEGIN and END lines included", "{}", kind.name);
        }
        for kind in Registry.kinds().iter().filter(|kind| !kind.schema()["properties"]["sshTunnel"].is_null()) {
            let parsed = |switch: Option<&str>| {
                let mut credentials: Map<_, _> = serde_json::from_str(kind.example).expect("the example is an object");
                credentials.insert("sshHost".to_owned(), json!("bastion"));
                credentials.extend(switch.map(|word| ("sshTunnel".to_owned(), json!(word))));
                kind.parse(&credentials).map_err(|violation| ApiError::from(violation).message().to_owned())
            };
            let refused = parsed(None).err();
            assert_eq!(refused.as_deref(), Some("\"credentials.sshHost\" needs a tunnel: set sshTunnel to enable"), "{}", kind.name);
            assert_eq!(parsed(Some("disable")).expect("taken").ignored, ["sshHost"], "{}", kind.name);
        }
    }

    #[test]
    fn words_of_drivers_for_tls_are_told_what_is_meant_here() {
        for kind in Registry.kinds().iter().filter(|kind| !kind.schema()["properties"]["sslMode"].is_null()) {
            let said = |word: &str| message(kind, |credentials| drop(credentials.insert("sslMode".to_owned(), json!(word))));
            let text = "must be a boolean: true for TLS, false for none; sslVerify (full, ca, none) says what is checked";
            for word in ["require", "REQUIRED", "verify-full", "VERIFY_CA", "disable", "prefer"] {
                assert_eq!(said(word), format!("\"credentials.sslMode\" {text}"), "{}", kind.name);
            }
            assert_eq!(said("maybe"), "\"credentials.sslMode\" must be a boolean", "{}", kind.name);
        }
    }

    #[test]
    fn a_fault_of_ours_blames_no_field() {
        let unreadable = Violation { field: Vec::new(), rule: Rule::Unreadable, ignored: Vec::new() };
        assert_eq!(ApiError::from(unreadable).message(), "\"credentials\" cannot be read");
    }
}
