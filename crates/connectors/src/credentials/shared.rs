//! Field types that several kinds share.

use egress::{Host, Verify};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

/// A host in the grammar of [`egress::Host`].
#[derive(Debug, Clone)]
pub(crate) struct HostName(pub(crate) Host);

impl<'de> Deserialize<'de> for HostName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for HostName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "HostName".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// `x-host` is the format that [`super::CredentialsSchema`] checks by parsing.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "format": "x-host"})
    }
}

/// `"enable"` or `"disable"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum Toggle {
    Enable,
    Disable,
}

// Not documented one by one: then the schema is a plain list, and the message names its words.
/// What is checked of the server's certificate: chain, dates and host name; all but the name; nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum SslVerify {
    Full,
    Ca,
    None,
}

impl From<SslVerify> for Verify {
    fn from(verify: SslVerify) -> Self {
        match verify {
            SslVerify::Full => Self::Full,
            SslVerify::Ca => Self::Ca,
            SslVerify::None => Self::None,
        }
    }
}
