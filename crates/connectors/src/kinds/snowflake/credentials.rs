//! Credentials of a Snowflake datasource.

use egress::Target;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{AccountHost, TrustFields};
use crate::route::Route;

// Not documented one by one: then the schema is a plain list, and the message names its words.
/// How the user logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(inline)]
enum Method {
    #[serde(rename = "username/password")]
    Password,
    #[serde(rename = "Key-pair authentication")]
    KeyPair,
}

/// Credentials of a Snowflake datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend(
    "if" = {"properties": {"credentials": {"const": "Key-pair authentication"}}, "required": ["credentials"]},
    "then" = {"required": ["privateKey"]},
    "else" = {"required": ["password"]}
))]
pub(super) struct SnowflakeCredentials {
    /// Account: its identifier (`myorg-myaccount`, `locator.region.cloud`) or its host.
    #[schemars(extend("x-aliases" = ["account", "accountName", "url"]))]
    pub(super) host: AccountHost,
    /// User name.
    #[schemars(length(min = 1), extend("x-aliases" = ["user"]))]
    pub(super) username: String,
    /// Role.
    #[schemars(length(min = 1))]
    pub(super) role: String,
    /// Warehouse.
    #[schemars(length(min = 1), extend("x-place" = false))]
    pub(super) warehouse: String,
    /// Database.
    #[schemars(length(min = 1))]
    pub(super) database: String,
    /// The schema that is read.
    #[schemars(length(min = 1))]
    pub(super) schema: String,
    /// How to log in.
    credentials: Method,
    /// Password, for `username/password`.
    #[schemars(with = "Option<String>", extend("x-blank" = "absent", "format" = "password", "writeOnly" = true))]
    password: Option<SecretString>,
    /// RSA private key, for `Key-pair authentication`: PKCS#8, encrypted or not, in PEM (also on one line) or bare base64.
    #[schemars(with = "Option<String>", extend("x-blank" = "absent", "x-aliases" = ["private_key"], "format" = "password", "writeOnly" = true))]
    private_key: Option<SecretString>,
    /// What opens the private key, if it is encrypted.
    #[schemars(with = "Option<String>", extend(
        "x-blank" = "absent",
        "x-aliases" = ["privateKeyPass", "private_key_password", "privateKeyPassphrase"],
        "format" = "password",
        "writeOnly" = true
    ))]
    pub(super) passphrase: Option<SecretString>,
    /// Whom to trust.
    #[serde(flatten)]
    trust: TrustFields,
}

/// What proves who the user is.
pub(super) enum Proof<'a> {
    /// A password.
    Password(&'a SecretString),
    /// A private key.
    Key(&'a SecretString),
}

impl SnowflakeCredentials {
    /// Where they lead: always with TLS.
    pub(super) fn route(&self) -> Route {
        Route { target: Target::new(self.host.host.clone(), self.host.port), tls: Some(self.trust.options(None)), tunnel: None }
    }

    /// What the user logs in with: the schema asks for the one that the method needs.
    pub(super) fn proof(&self) -> Option<Proof<'_>> {
        match self.credentials {
            Method::Password => self.password.as_ref().map(Proof::Password),
            Method::KeyPair => self.private_key.as_ref().map(Proof::Key),
        }
    }
}
