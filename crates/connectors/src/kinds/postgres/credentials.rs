//! Credentials of the family, as the contract lists them (postgres, redshift and cockroachdb have the same labels).

use schemars::JsonSchema;
use serde::Deserialize;

use crate::credentials::{LoginFields, SshFields, SwitchedTlsFields};
use crate::route::Route;

/// Credentials of a PostgreSQL-family datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PgCredentials {
    /// Where the server is and who logs in.
    #[serde(flatten)]
    pub(super) login: LoginFields,
    /// Database name.
    #[schemars(length(min = 1))]
    pub(super) database: String,
    /// The default schema. All other visible schemas are read too.
    #[schemars(length(min = 1))]
    pub(super) schema: String,
    /// Whether and how TLS is made.
    #[serde(flatten)]
    pub(super) tls: SwitchedTlsFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    ssh: SshFields,
}

impl PgCredentials {
    /// Where they lead.
    pub(super) fn route(&self) -> Route {
        Route { target: self.login.target(), tls: self.tls.options(), tunnel: self.ssh.tunnel() }
    }
}
