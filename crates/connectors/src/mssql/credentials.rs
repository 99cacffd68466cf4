//! Credentials of a SQL Server datasource. `server` and `user`, not `host` and `username`: the contract stresses it.

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{HostName, SshFields, TrustFields};

/// Credentials of a SQL Server datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SqlServerCredentials {
    /// Hostname or IP address.
    pub(super) server: HostName,
    /// Port number.
    #[schemars(range(min = 1, max = 65535))]
    pub(super) port: u16,
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
    pub(super) trust: TrustFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    pub(super) ssh: SshFields,
}

impl SqlServerCredentials {
    /// Whether all databases are read.
    pub(super) fn all_databases(&self) -> bool {
        self.disable_database == Some(true)
    }
}
