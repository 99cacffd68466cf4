//! Credentials of the family, as the contract lists them (postgres, redshift and cockroachdb have the same labels).

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{HostName, SslVerify, Toggle};

/// Credentials of a PostgreSQL-family datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend(
    "if" = {"properties": {"sshTunnel": {"const": "enable"}}, "required": ["sshTunnel"]},
    "then" = {"required": ["sshHost", "sshPort", "sshUsername", "sshPrivateKey"]}
))]
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
    /// Connect through an SSH server.
    pub(super) ssh_tunnel: Option<Toggle>,
    /// SSH server hostname.
    #[schemars(length(min = 1), extend("x-aliases" = ["tunnelHost", "ssh_hostname"]))]
    #[expect(dead_code, reason = "checked and kept; read by the SSH dialer")]
    pub(super) ssh_host: Option<String>,
    /// SSH server port.
    #[schemars(range(min = 1, max = 65535), extend("x-aliases" = ["tunnelPort"]))]
    #[expect(dead_code, reason = "checked and kept; read by the SSH dialer")]
    pub(super) ssh_port: Option<u16>,
    /// SSH username.
    #[schemars(length(min = 1), extend("x-aliases" = ["sshUser", "tunnelUser"]))]
    #[expect(dead_code, reason = "checked and kept; read by the SSH dialer")]
    pub(super) ssh_username: Option<String>,
    /// SSH private key.
    #[schemars(with = "Option<String>", extend("x-aliases" = ["privateKey", "sshKey"], "format" = "password", "writeOnly" = true))]
    #[expect(dead_code, reason = "checked and kept; read by the SSH dialer")]
    pub(super) ssh_private_key: Option<SecretString>,
}
