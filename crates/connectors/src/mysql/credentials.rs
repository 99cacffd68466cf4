//! Credentials of the family (the contract lists the same for mysql and singlestore).

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{HostName, IdentityFields, SshFields, TrustFields};

/// Credentials of a datasource that speaks MySQL's protocol.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MySqlCredentials {
    /// Database hostname or IP address.
    #[schemars(extend("x-aliases" = ["server", "hostname"]))]
    pub(super) host: HostName,
    /// Database port number.
    #[schemars(range(min = 1, max = 65535))]
    pub(super) port: u16,
    /// Database username.
    #[schemars(length(min = 1), extend("x-aliases" = ["user"]))]
    pub(super) username: String,
    /// Database password.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub(super) password: SecretString,
    /// The default database. All other visible databases are read too.
    #[schemars(length(min = 1))]
    pub(super) database: String,
    /// Connect with TLS, and not at all if the server has none.
    #[schemars(extend("x-aliases" = ["ssl", "enableSsl", "isSsl", "sslmode", "enableSSLMode"]))]
    pub(super) ssl_mode: Option<bool>,
    /// Whom to trust.
    #[serde(flatten)]
    pub(super) trust: TrustFields,
    /// How to prove who we are.
    #[serde(flatten)]
    pub(super) identity: IdentityFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    pub(super) ssh: SshFields,
}
