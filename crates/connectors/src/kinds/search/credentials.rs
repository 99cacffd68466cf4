//! Credentials of a cluster.

use egress::{Target, TlsOptions, Verify};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use super::product::Product;
use super::words::Words;
use crate::credentials::{CloudId, IdentityFields, ServerUrl, SshFields, TrustFields};
use crate::exposure::Exposure;
use crate::route::Route;

/// The port of a cluster's HTTP interface.
const PORT: u16 = 9200;

// Not documented one by one: then the schema is a plain list, and the message names its words.
/// Who runs the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum ServerType {
    ElasticCloud,
    OpenCloud,
    SelfManaged,
}

/// Credentials of a cluster.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("allOf" = [
    {
        "if": {"properties": {"server_type": {"const": "self-managed"}}},
        "then": {"required": ["serverUrl"]},
        "else": {"required": ["cloudId"], "properties": {"disableAuth": {"enum": [false, null]}}},
    },
    {"if": {"properties": {"disableAuth": {"const": true}}, "required": ["disableAuth"]}, "else": {"required": ["username", "password"]}},
]))]
pub(super) struct SearchCredentials {
    /// Who runs the cluster: it is found by its `cloudId`, or, if it is self-managed, by its `serverUrl`.
    #[serde(rename = "server_type")]
    server_type: ServerType,
    /// The Cloud ID, as the console of the cloud shows it.
    #[schemars(extend("x-blank" = "absent"))]
    cloud_id: Option<CloudId>,
    /// Host of a self-managed cluster, as a rule as a URL: `https://search.example.com:9200`.
    #[schemars(extend("x-blank" = "absent", "x-aliases" = ["url", "node", "host"]))]
    server_url: Option<ServerUrl>,
    /// Username.
    #[schemars(length(min = 1), extend("x-blank" = "absent", "x-aliases" = ["user"]))]
    username: Option<String>,
    /// Password.
    #[schemars(with = "Option<String>", extend("x-blank" = "absent", "format" = "password", "writeOnly" = true))]
    password: Option<SecretString>,
    /// Send no user and no password. For self-managed clusters without security only.
    disable_auth: Option<bool>,
    /// Make TLS with whoever answers, without a look at the certificate.
    #[schemars(extend("x-aliases" = ["ignoreCertificateVerification"]))]
    ignore_certificate: Option<bool>,
    /// Speak plain HTTP, if `serverUrl` has no scheme. A scheme counts more.
    ignore_ssl: Option<bool>,
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

impl SearchCredentials {
    /// Where they lead.
    pub(super) fn route(&self) -> Route {
        Route { target: self.target(), tls: self.tls(), tunnel: self.ssh.tunnel() }
    }

    fn target(&self) -> Target {
        let cloud = self.cloud_id.as_ref().filter(|_| self.is_cloud()).map(|id| id.0.clone());
        let own = || self.server_url.as_ref().map(|url| url.target(PORT));
        // The schema asks for the one or the other.
        cloud.or_else(own).unwrap_or_else(|| Target::new("invalid.".parse().expect("a host"), PORT))
    }

    fn tls(&self) -> Option<TlsOptions> {
        let scheme = self.server_url.as_ref().filter(|_| !self.is_cloud()).and_then(|url| url.https);
        let plain = !self.is_cloud() && !scheme.unwrap_or(self.ignore_ssl != Some(true));
        if plain {
            return None;
        }
        let options = self.trust.options(Some(&self.identity));
        Some(if self.ignore_certificate == Some(true) { TlsOptions { verify: Verify::None, ..options } } else { options })
    }

    fn is_cloud(&self) -> bool {
        self.server_type != ServerType::SelfManaged
    }

    /// Who logs in; nobody, where the cluster has no users.
    pub(super) fn login(&self) -> Option<(&str, &SecretString)> {
        if self.disable_auth == Some(true) {
            return None;
        }
        self.username.as_deref().zip(self.password.as_ref())
    }

    /// Who else may have the login: the contract has it sent all the same.
    pub(super) fn exposure(&self) -> Option<Exposure> {
        match self.tls() {
            None => Some(Exposure::Plain),
            Some(TlsOptions { verify: Verify::None, .. }) => Some(Exposure::Unverified),
            Some(_) => None,
        }
    }

    /// What failures are told in.
    pub(super) fn words(&self, product: Product) -> Words {
        Words { product, cloud: self.is_cloud(), tls: self.tls().is_some() }
    }
}
