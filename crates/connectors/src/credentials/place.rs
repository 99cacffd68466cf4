//! The place that secrets belong to: where credentials lead and as whom. A secret that was given for one place is never
//! used at another, whoever changes what is stored, and on whatever way.
//!
//! Every readable field is part of the place, so that a new kind is bound tightly unless it says otherwise: host, port,
//! user, TLS, tunnel, and account, region, project or bucket just so. Not part of it is what only chooses within the
//! place ([`WITHIN`]). A kind's schema overrules both for a field of its own with `"x-place": true` or `false`.
//! The hash is stored in effect (it is in the additional data of what is sealed), so its form never changes; a new field
//! that is absent leaves it alone.

use std::collections::BTreeMap;

use egress::Host;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::fields::WebHost;

/// Fields of many kinds that choose what is read, prove who we are, or pin who the other side is.
const WITHIN: [&str; 7] = ["database", "schema", "catalog", "disableDatabase", "readOnlyIntent", "sslCert", "sshHostKey"];

/// What of canonical credentials is no secret by their schema, and what is: a field that the schema does not know is one.
pub(crate) fn split(schema: &Value, canonical: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    canonical.into_iter().partition(|(name, _)| is_readable(&schema["properties"][name]))
}

fn is_readable(property: &Value) -> bool {
    property.is_object() && property["writeOnly"] != true
}

/// The hash of the place of canonical credentials; secrets among them do not matter.
pub(crate) fn place(kind: &str, schema: &Value, canonical: &Map<String, Value>) -> [u8; 32] {
    let properties = &schema["properties"];
    // Without a tunnel its other fields lead nowhere.
    let tunnel = canonical.get("sshTunnel").is_some_and(|toggle| toggle == "enable");
    let is_part = |name: &str| {
        let property = &properties[name];
        is_readable(property) && property["x-place"].as_bool().unwrap_or(!WITHIN.contains(&name)) && (tunnel || !name.starts_with("ssh"))
    };
    let parts: BTreeMap<&str, Value> = canonical
        .iter()
        .filter(|(name, _)| is_part(name))
        .filter_map(|(name, value)| Some((name.as_str(), said(name, value, properties)?)))
        .collect();
    Sha256::digest(json!(["headwater/v1/place", kind, parts]).to_string()).into()
}

/// The value in the one form of its meaning; none if it means the same as saying nothing.
fn said(name: &str, value: &Value, properties: &Value) -> Option<Value> {
    let unsaid = match name {
        "sslVerify" => json!("full"),
        // Where a scheme or a port may speak for TLS, false is said against them.
        "sslMode" if !speaks_for_tls(properties) => json!(false),
        _ => Value::Null,
    };
    let value = match (properties[name]["format"].as_str(), value.as_str()) {
        (Some("x-host"), Some(text)) => text.parse::<Host>().map_or_else(|_| value.clone(), |host| json!(host.to_string())),
        (Some("x-web-host"), Some(text)) => text.parse().map_or_else(|_| value.clone(), |host| web_host(&host)),
        _ => value.clone(),
    };
    (value != unsaid && !value.is_null() && value != "").then_some(value)
}

fn web_host(host: &WebHost) -> Value {
    json!([host.https, host.host.to_string()])
}

fn speaks_for_tls(properties: &Value) -> bool {
    properties.as_object().into_iter().flatten().any(|(_, property)| property["format"] == "x-web-host")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!("an object") };
        map
    }

    fn schema() -> Value {
        json!({"properties": {
            "account": {"type": "string"}, "host": {"format": "x-host"}, "port": {"type": "integer"}, "username": {}, "password": {"writeOnly": true},
            "database": {}, "warehouse": {"x-place": false}, "catalog": {"x-place": true}, "sslMode": {}, "sslVerify": {}, "sslCa": {},
            "sshTunnel": {}, "sshHost": {"format": "x-host"}, "sshPort": {}, "sshUsername": {}, "sshPrivateKey": {"writeOnly": true}, "sshHostKey": {},
        }})
    }

    fn with(changes: &Value) -> [u8; 32] {
        let mut credentials =
            map(json!({"account": "a", "host": "db.example.com", "port": 5432, "username": "u", "password": "p", "database": "d",
            "warehouse": "w", "catalog": "c", "sslMode": true, "sslCa": "PEM", "sshTunnel": "enable", "sshHost": "127.0.0.1", "sshPort": 22,
            "sshUsername": "s", "sshPrivateKey": "k", "sshHostKey": "h"}));
        for (name, value) in changes.as_object().expect("an object") {
            credentials.insert(name.clone(), value.clone());
        }
        place("x", &schema(), &credentials)
    }

    /// Threat S14: whatever leads elsewhere, or as somebody else, or with less care, is another place.
    #[test]
    fn s14_what_is_another_place() {
        let same = with(&json!({}));
        for changes in [
            json!({"account": "b"}),
            json!({"host": "db2.example.com"}),
            json!({"port": 5433}),
            json!({"username": "U"}),
            json!({"catalog": "other"}),
            json!({"sslMode": null}),
            json!({"sslMode": false}),
            json!({"sslVerify": "none"}),
            json!({"sslVerify": "ca"}),
            json!({"sslCa": "OTHER"}),
            json!({"sslCa": null}),
            json!({"sshTunnel": "disable"}),
            json!({"sshTunnel": null}),
            json!({"sshHost": "127.0.0.2"}),
            json!({"sshPort": 23}),
            json!({"sshUsername": "t"}),
        ] {
            assert_ne!(with(&changes), same, "{changes}");
        }
        let credentials = map(json!({"host": "h"}));
        assert_ne!(place("x", &schema(), &credentials), place("y", &schema(), &credentials), "another kind");
    }

    #[test]
    fn what_is_the_same_place() {
        let same = with(&json!({}));
        for changes in [
            json!({"host": "DB.example.COM."}),
            json!({"sshHost": "127.1"}),
            json!({"sslVerify": "full"}),
            json!({"sslVerify": null}),
            json!({"password": "other", "sshPrivateKey": "other", "nobody knows this": "x"}),
            json!({"database": "other", "warehouse": "other", "sshHostKey": "other"}),
        ] {
            assert_eq!(with(&changes), same, "{changes}");
        }
        let off = with(&json!({"sshTunnel": "disable"}));
        assert_eq!(
            with(&json!({"sshTunnel": null, "sshHost": "elsewhere", "sshPort": null, "sshUsername": ""})),
            off,
            "of a tunnel that is off"
        );
        let plain = with(&json!({"sslMode": false}));
        assert_eq!(with(&json!({"sslMode": null})), plain);
    }

    /// Beside a host that may bring a scheme, saying nothing of TLS and saying no are two things.
    #[test]
    fn web_hosts() {
        let schema = json!({"properties": {"host": {"format": "x-web-host"}, "port": {}, "sslMode": {}}});
        let of = |credentials: Value| place("x", &schema, &map(credentials));
        let silent = of(json!({"host": "h", "port": 8443}));
        assert_ne!(of(json!({"host": "h", "port": 8443, "sslMode": false})), silent);
        assert_ne!(of(json!({"host": "http://h", "port": 8443})), silent);
        assert_ne!(of(json!({"host": "http://h", "port": 8443})), of(json!({"host": "https://h", "port": 8443})));
        assert_eq!(of(json!({"host": "HTTPS://H/", "port": 8443})), of(json!({"host": "https://h", "port": 8443})));
    }

    #[test]
    fn what_the_schema_does_not_call_readable_is_a_secret() {
        let (profile, secrets) = split(&schema(), map(json!({"port": 1, "password": "p", "new": "n", "host": "h", "sshHostKey": "k"})));
        assert_eq!(Value::Object(profile).to_string(), r#"{"port":1,"host":"h","sshHostKey":"k"}"#);
        assert_eq!(Value::Object(secrets).to_string(), r#"{"password":"p","new":"n"}"#);
    }
}
