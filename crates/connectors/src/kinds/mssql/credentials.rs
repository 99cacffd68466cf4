//! Credentials of a SQL Server datasource. `server` and `user`, not `host` and `username`: the contract stresses it.

use egress::{Target, TlsOptions};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{HostName, SshFields, TrustFields};
use crate::route::Route;

/// Credentials of a SQL Server datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SqlServerCredentials {
    /// Hostname or IP address.
    server: HostName,
    /// Port number.
    #[schemars(range(min = 1, max = 65535))]
    port: u16,
    /// Login name.
    #[schemars(length(min = 1))]
    pub(super) user: String,
    /// Password.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub(super) password: SecretString,
    /// Database; without it the login's default one.
    #[schemars(length(min = 1))]
    pub(super) database: Option<String>,
    /// Read every database that the login can enter; schemas are then called `database.schema`.
    #[schemars(extend("x-aliases" = ["isDisableDatabase", "disableDatabaseSelection"]))]
    pub(super) disable_database: Option<bool>,
    /// Connect with ApplicationIntent=ReadOnly, and follow the server to a readable secondary.
    #[schemars(extend(
        "x-aliases" = ["applicationIntent", "readOnly", "isReadOnly"],
        "x-true" = ["ReadOnly"],
        "x-false" = ["ReadWrite"]
    ))]
    pub(super) read_only_intent: Option<bool>,
    /// Whom to trust.
    #[serde(flatten)]
    trust: TrustFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    ssh: SshFields,
}

impl SqlServerCredentials {
    /// Where they lead: always with TLS.
    pub(super) fn route(&self) -> Route {
        // Under TDS 7 a session of TLS 1.3 would go on with messages for which there is no place in packets.
        let tls = TlsOptions { only_tls12: true, ..self.trust.options(None) };
        Route { target: Target::new(self.server.0.clone(), self.port), tls: Some(tls), tunnel: self.ssh.tunnel() }
    }

    /// Whether all databases are read.
    pub(super) fn all_databases(&self) -> bool {
        self.disable_database == Some(true)
    }
}
