//! A host that may be written with the scheme of a URL.

use std::str::FromStr;

use egress::Host;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

/// `db.example.com`, `http://db.example.com` or `https://db.example.com`.
#[derive(Debug, Clone)]
pub(crate) struct WebHost {
    /// What the scheme says about TLS, if there is one.
    pub(crate) https: Option<bool>,
    /// The host itself.
    pub(crate) host: Host,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a host name or an IP address, alone or after http:// or https://, without port or path")]
pub(crate) struct WebHostError;

impl FromStr for WebHost {
    type Err = WebHostError;

    fn from_str(text: &str) -> Result<Self, WebHostError> {
        let text = text.trim();
        let scheme = |name: &str| text.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).map(|_| &text[name.len()..]);
        let (https, rest) = match (scheme("https://"), scheme("http://")) {
            (Some(rest), _) => (Some(true), rest),
            (None, Some(rest)) => (Some(false), rest),
            (None, None) => (None, text),
        };
        // What a browser's address bar adds.
        let rest = if https.is_some() { rest.strip_suffix('/').unwrap_or(rest) } else { rest };
        rest.parse().map(|host| Self { https, host }).map_err(|_| WebHostError)
    }
}

impl WebHost {
    /// What to do where plain HTTP got no sound answer.
    pub(crate) const MAYBE_TLS: &str =
        "check port and datasourceType; if the server speaks TLS set sslMode to true (or the host to https://…)";

    /// Whether TLS is spoken: what is said first by the scheme, then by `sslMode`, else by the port.
    pub(crate) fn tls(&self, ssl_mode: Option<bool>, port: u16) -> bool {
        // Asking for TLS in either way is enough: nobody asks for it by mistake.
        self.https == Some(true) || ssl_mode == Some(true) || (self.https.is_none() && ssl_mode.is_none() && matches!(port, 443 | 8443))
    }
}

impl<'de> Deserialize<'de> for WebHost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for WebHost {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WebHost".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// `x-web-host` is the format that [`crate::credentials::CredentialsSchema`] checks by parsing.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "format": "x-web-host"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_scheme() {
        for (text, https, host) in [
            ("db.example.com", None, "db.example.com"),
            ("https://x.region.aws.clickhouse.cloud", Some(true), "x.region.aws.clickhouse.cloud"),
            ("HTTP://10.0.0.1/", Some(false), "10.0.0.1"),
            ("https://[::1]", Some(true), "::1"),
            // The spellings of an address that policy must see as one.
            ("http://2130706433", Some(false), "127.0.0.1"),
        ] {
            let parsed: WebHost = text.parse().expect(text);
            assert_eq!((parsed.https, parsed.host.to_string().as_str()), (https, host));
        }
        for text in [
            "https://",
            "https://db:8443",
            "https://u:p@db",
            "http://db/path",
            "http://db?x",
            "ftp://db",
            "db/",
            "http://http://db",
            "http://a,b",
            "//db",
            "http:/db",
        ] {
            assert!(text.parse::<WebHost>().is_err(), "{text}");
        }
    }

    #[test]
    fn tls_by_scheme_mode_and_port() {
        let host = |text: &str| text.parse::<WebHost>().expect(text);
        for (text, mode, port, tls) in [
            ("db", None, 8123, false),
            ("db", None, 8443, true),
            ("db", None, 443, true),
            ("db", Some(false), 8443, false),
            ("db", Some(true), 8123, true),
            ("http://db", None, 8443, false),
            ("http://db", Some(true), 8123, true),
            ("https://db", Some(false), 8123, true),
        ] {
            assert_eq!(host(text).tls(mode, port), tls, "{text} {mode:?} {port}");
        }
    }
}
