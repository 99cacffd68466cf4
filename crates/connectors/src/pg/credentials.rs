//! Credentials of the family, as the contract lists them (postgres, redshift and cockroachdb have the same labels).

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{HostName, SshFields, SslVerify};

/// Credentials of a PostgreSQL-family datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("dependentRequired" = {"sslCert": ["sslKey"], "sslKey": ["sslCert"]}))]
pub(crate) struct PgCredentials {
    /// Database hostname or IP address.
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
    /// Database name.
    #[schemars(length(min = 1))]
    pub(super) database: String,
    /// The default schema. All other visible schemas are read too.
    #[schemars(length(min = 1))]
    pub(super) schema: String,
    /// Connect with TLS, and not at all if the server has none.
    #[schemars(extend("x-aliases" = ["ssl", "enableSsl", "isSsl", "sslmode", "enableSSLMode"]))]
    pub(super) ssl_mode: Option<bool>,
    /// What is checked of the server's certificate: everything, all but the name, nothing.
    pub(super) ssl_verify: Option<SslVerify>,
    /// Certificates (PEM) to trust in place of the public authorities.
    #[schemars(length(min = 1))]
    pub(super) ssl_ca: Option<String>,
    /// Certificate (PEM) to show to a server that asks for one.
    #[schemars(length(min = 1))]
    pub(super) ssl_cert: Option<String>,
    /// The private key (PEM) that belongs to it.
    #[schemars(with = "Option<String>", extend("format" = "password", "writeOnly" = true))]
    pub(super) ssl_key: Option<SecretString>,
    /// An SSH tunnel.
    #[serde(flatten)]
    pub(super) ssh: SshFields,
}
