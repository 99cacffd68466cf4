//! Credentials of the family (the contract lists the same for mysql and singlestore).

use schemars::JsonSchema;
use serde::Deserialize;

use crate::credentials::{IdentityFields, LoginFields, SshFields, TrustFields};
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
    /// Connect with TLS, and not at all if the server has none.
    #[schemars(extend("x-aliases" = ["ssl", "enableSsl", "isSsl", "sslmode", "enableSSLMode"]))]
    ssl_mode: Option<bool>,
    /// Whom to trust.
    #[serde(flatten)]
    pub(super) trust: TrustFields,
    /// How to prove who we are.
    #[serde(flatten)]
    identity: IdentityFields,
    /// An SSH tunnel.
    #[serde(flatten)]
    ssh: SshFields,
}

impl MySqlCredentials {
    /// Where they lead.
    pub(super) fn route(&self) -> Route {
        let tls = (self.ssl_mode == Some(true)).then(|| self.trust.options(Some(&self.identity)));
        Route { target: self.login.target(), tls, tunnel: self.ssh.tunnel() }
    }
}
