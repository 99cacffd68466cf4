//! The key of a Google service account, as Google hands it out: JSON. Only what makes us sign as that account is taken from it;
//! whatever would make a client of Google's read files, run programs or ask other hosts is refused by name.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::super::violation::Rule;

/// Longer than any key is.
const LONGEST: usize = 64 << 10;

/// What Google's own key files name as the place for tokens. It is compared, and never asked.
const TOKEN_URIS: [&str; 2] = ["https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token"];

/// What belongs to other forms of credentials.
const FOREIGN: [&str; 8] = [
    "credential_source",
    "service_account_impersonation_url",
    "impersonation_url",
    "subject_token_type",
    "token_url",
    "token_info_url",
    "source_credentials",
    "refresh_token",
];

/// A service account and its key.
#[derive(Debug, Clone)]
pub(crate) struct ServiceAccount {
    /// Who it is.
    pub(crate) email: String,
    /// The key in PEM.
    pub(crate) key: SecretString,
    /// Which of its keys this is.
    pub(crate) key_id: Option<String>,
}

/// A part of the key at fault (none for the whole), and what it broke.
type Fault = (Option<&'static str>, Rule);

impl ServiceAccount {
    /// Reads a key: an object, its text, or its text as a JSON string.
    pub(crate) fn read(text: &str) -> Result<Self, Fault> {
        let whole = || (None, Rule::Form("must be the JSON key of a service account, as Google made it"));
        if text.len() > LONGEST {
            return Err(whole());
        }
        let mut value: Value = serde_json::from_str(text.trim().trim_start_matches('\u{feff}')).map_err(|_| whole())?;
        if let Value::String(inner) = &value {
            value = serde_json::from_str(inner.trim()).map_err(|_| whole())?;
        }
        let Value::Object(fields) = value else { return Err(whole()) };
        judge(&fields)?;
        let text = |name: &'static str| match fields.get(name) {
            None | Some(Value::Null) => Err((Some(name), Rule::Required)),
            Some(Value::String(text)) if text.trim().is_empty() => Err((Some(name), Rule::Empty)),
            Some(Value::String(text)) => Ok(text.trim().to_owned()),
            Some(_) => Err((Some(name), Rule::NotString)),
        };
        let email = text("client_email")?;
        if !email.contains('@') || email.len() > 320 || !email.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err((Some("client_email"), Rule::Form("must be the address of a service account")));
        }
        // Some tools escape the ends of lines once more.
        let key = text("private_key")?.replace("\\r", "").replace("\\n", "\n");
        if !(key.starts_with("-----BEGIN ") && key.contains("PRIVATE KEY-----") && key.contains("-----END ")) {
            return Err((Some("private_key"), Rule::Form("must be a private key in PEM, BEGIN and END lines included")));
        }
        let key_id = fields.get("private_key_id").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned);
        Ok(Self { email, key: key.into(), key_id })
    }
}

/// What a key must not say. Of its values none is repeated.
fn judge(fields: &Map<String, Value>) -> Result<(), Fault> {
    let is = |name: &str, wanted: &[&str]| match fields.get(name) {
        None | Some(Value::Null) => true,
        Some(value) => value.as_str().is_some_and(|text| wanted.contains(&text)),
    };
    if fields.get("type").is_none_or(Value::is_null) {
        return Err((Some("type"), Rule::Required));
    }
    if !is("type", &["service_account"]) {
        return Err((Some("type"), Rule::OneOf(vec!["service_account".to_owned()])));
    }
    if !is("token_uri", &TOKEN_URIS) {
        return Err((Some("token_uri"), Rule::OneOf(vec![TOKEN_URIS[0].to_owned()])));
    }
    if !is("universe_domain", &["googleapis.com"]) {
        return Err((Some("universe_domain"), Rule::OneOf(vec!["googleapis.com".to_owned()])));
    }
    match FOREIGN.iter().find(|name| fields.get(**name).is_some_and(|value| !value.is_null())) {
        Some(name) => Err((Some(name), Rule::Form("is not part of a service account's key: only such keys are taken"))),
        None => Ok(()),
    }
}

impl<'de> Deserialize<'de> for ServiceAccount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(|_| serde::de::Error::custom("no key of a service account"))
    }
}

impl JsonSchema for ServiceAccount {
    fn schema_name() -> Cow<'static, str> {
        "ServiceAccount".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// `x-json`: an object is taken for its text. `x-service-account` is checked by [`crate::credentials::CredentialsSchema`].
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "format": "password", "writeOnly": true, "x-json": true, "x-service-account": true})
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    fn key(changes: &Value) -> Value {
        let mut key = json!({"type": "service_account", "project_id": "p", "private_key_id": "k1", "client_email": "r@p.iam.gserviceaccount.com",
            "private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", "client_id": "1",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token",
            "universe_domain": "googleapis.com"});
        for (name, value) in changes.as_object().expect("an object") {
            key[name] = value.clone();
        }
        key
    }

    #[test]
    fn in_every_wrapping() {
        let plain = key(&json!({})).to_string();
        let escaped = key(&json!({"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"})).to_string();
        for text in [plain.clone(), format!(" \u{feff}{plain}\n").trim().to_owned(), Value::String(plain).to_string(), escaped] {
            let read = ServiceAccount::read(&text).expect(&text);
            assert_eq!((read.email.as_str(), read.key_id.as_deref()), ("r@p.iam.gserviceaccount.com", Some("k1")));
            assert_eq!(read.key.expose_secret().lines().nth(1), Some("MIIE"));
        }
    }

    /// Threat S11: what would read a file, run a program or ask another host is refused, and the field named.
    #[test]
    fn s11_other_credentials() {
        for (changes, part) in [
            (json!({"type": "external_account", "credential_source": {"file": "/etc/passwd"}}), "type"),
            (json!({"type": "authorized_user"}), "type"),
            (json!({"type": "impersonated_service_account"}), "type"),
            (json!({"type": null}), "type"),
            (json!({"type": ["service_account"]}), "type"),
            (json!({"credential_source": {"executable": {"command": "/bin/true"}}}), "credential_source"),
            (json!({"credential_source": {"url": "http://169.254.169.254/"}}), "credential_source"),
            (json!({"token_uri": "http://169.254.169.254/token"}), "token_uri"),
            (json!({"token_uri": "https://oauth2.googleapis.com.evil.example/token"}), "token_uri"),
            (json!({"token_uri": 7}), "token_uri"),
            (json!({"universe_domain": "evil.example"}), "universe_domain"),
            (json!({"service_account_impersonation_url": "http://10.0.0.1/"}), "service_account_impersonation_url"),
            (json!({"impersonation_url": "x"}), "impersonation_url"),
            (json!({"client_email": null}), "client_email"),
            (json!({"client_email": "no address"}), "client_email"),
            (json!({"private_key": "/etc/passwd"}), "private_key"),
            (json!({"private_key": ""}), "private_key"),
            (json!({"private_key": {}}), "private_key"),
        ] {
            let (found, _) = ServiceAccount::read(&key(&changes).to_string()).expect_err("refused");
            assert_eq!(found, Some(part), "{changes}");
        }
        for text in ["", "{}x", "[]", "7", "\"\\\"twice\\\"\"", "/etc/passwd", &"[".repeat(100_000)] {
            assert_eq!(ServiceAccount::read(text).expect_err("refused").0, None);
        }
    }
}
