//! Credentials of a ClickHouse datasource.

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{IdentityFields, SshFields, TrustFields, WebHost};

/// Credentials of a ClickHouse datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClickHouseCredentials {
    /// Hostname or IP address, alone or as a URL: `https://x.region.aws.clickhouse.cloud`.
    #[schemars(extend("x-aliases" = ["server", "hostname"]))]
    pub(super) host: WebHost,
    /// Port of the HTTP interface: 8443 with TLS, 8123 without.
    #[schemars(range(min = 1, max = 65535))]
    pub(super) port: u16,
    /// Database username.
    #[schemars(length(min = 1), extend("x-aliases" = ["user"]))]
    pub(super) username: String,
    /// Database password; may be empty.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub(super) password: SecretString,
    /// The default database; the user's own one if not given. All other visible databases are read too.
    #[schemars(length(min = 1))]
    pub(super) database: Option<String>,
    /// Connect with TLS. If not given, the scheme of the host or the port says it.
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

impl ClickHouseCredentials {
    pub(super) fn tls(&self) -> bool {
        self.host.tls(self.ssl_mode, self.port)
    }
}
