//! Credentials of the family (the contract lists the same for mysql and singlestore).

use schemars::JsonSchema;
use serde::Deserialize;

use crate::credentials::{LoginFields, SshFields, SwitchedTlsFields};
use crate::route::Route;

/// Credentials of a datasource that speaks MySQL's protocol.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MySqlCredentials {
    /// Where the server is and who logs in.
    #[serde(flatten)]
    pub(super) login: LoginFields,
    /// The default database. All other visible databases are read too.
    #[schemars(length(min = 1))]
    pub(super) database: String,
    /// Whether and how TLS is made.
    #[serde(flatten)]
    pub(super) tls: SwitchedTlsFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    ssh: SshFields,
}

impl MySqlCredentials {
    /// Where they lead.
    pub(super) fn route(&self) -> Route {
        Route { target: self.login.target(), tls: self.tls.options(), tunnel: self.ssh.tunnel() }
    }
}
