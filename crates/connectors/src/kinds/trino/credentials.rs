//! Credentials of a Trino datasource.

use egress::Target;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::credentials::{IdentityFields, SshFields, TrustFields, WebHost};
use crate::route::Route;

/// Credentials of a Trino datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrinoCredentials {
    /// Hostname or IP address of the coordinator, alone or as a URL.
    #[schemars(extend("x-aliases" = ["server", "hostname"]))]
    host: WebHost,
    /// Port of the coordinator.
    #[schemars(range(min = 1, max = 65535))]
    port: u16,
    /// The catalog: one.
    #[schemars(extend("x-aliases" = ["catalogName"]))]
    pub(super) catalog: CatalogName,
    /// The schema that is read.
    #[schemars(length(min = 1))]
    pub(super) schema: String,
    /// Username.
    #[schemars(length(min = 1), extend("x-aliases" = ["user"]))]
    pub(super) username: String,
    /// Password; may be empty. It is sent over TLS only.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub(super) password: SecretString,
    /// Connect with TLS. If not given, the scheme of the host, a password or the port says it.
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

impl TrinoCredentials {
    /// Where they lead.
    pub(super) fn route(&self) -> Route {
        let tls = self.tls().then(|| self.trust.options(Some(&self.identity)));
        Route { target: Target::new(self.host.host.clone(), self.port), tls, tunnel: self.ssh.tunnel() }
    }

    pub(super) fn has_password(&self) -> bool {
        !self.password.expose_secret().is_empty()
    }

    /// A password asks for TLS, unless the user says otherwise (and then it is not sent).
    fn tls(&self) -> bool {
        let unsaid = self.host.https.is_none() && self.ssl_mode.is_none();
        self.host.tls(self.ssl_mode, self.port) || (unsaid && self.has_password())
    }
}

/// The name of one catalog.
#[derive(Deserialize)]
pub(super) struct CatalogName(pub(super) String);

impl JsonSchema for CatalogName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CatalogName".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// A list is told so by [`crate::credentials::CredentialsSchema`].
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "format": "x-one-name"})
    }
}
