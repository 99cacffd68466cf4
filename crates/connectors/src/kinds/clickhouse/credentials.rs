//! Credentials of a ClickHouse datasource.

use egress::Target;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{IdentityFields, SshFields, TrustFields, WebHost};
use crate::route::Route;

/// Credentials of a ClickHouse datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClickHouseCredentials {
    /// Hostname or IP address, alone or as a URL: `https://x.region.aws.clickhouse.cloud`.
    #[schemars(extend("x-aliases" = ["server", "hostname"]))]
    host: WebHost,
    /// Port of the HTTP interface: 8443 with TLS, 8123 without.
    #[schemars(range(min = 1, max = 65535))]
    port: u16,
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
    ssl_mode: Option<bool>,
    /// Whom to trust.
    #[serde(flatten)]
    trust: TrustFields,
    /// How to prove who we are.
    #[serde(flatten)]
    identity: IdentityFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    ssh: SshFields,
}

impl ClickHouseCredentials {
    /// Where they lead.
    pub(super) fn route(&self) -> Route {
        let tls = self.tls().then(|| self.trust.options(Some(&self.identity)));
        Route { target: Target::new(self.host.host.clone(), self.port), tls, tunnel: self.ssh.tunnel() }
    }

    fn tls(&self) -> bool {
        self.host.tls(self.ssl_mode, self.port)
    }
}
