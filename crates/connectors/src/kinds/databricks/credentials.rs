//! Credentials of a Databricks workspace.

use egress::Target;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{TrustFields, WarehousePath, WebHost};
use crate::route::Route;

/// Credentials of a Databricks workspace. There is no port but that of HTTPS, unless one is given, and no way without TLS.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DatabricksCredentials {
    /// Server hostname of the workspace, alone or as a URL.
    #[schemars(extend("x-aliases" = ["server", "hostname", "serverHostname"]))]
    host: WebHost,
    /// HTTP path of a SQL warehouse, or its bare ID. It chooses within the workspace.
    #[schemars(extend("x-place" = false, "x-aliases" = ["httpPath", "warehouseId"]))]
    pub(super) path: WarehousePath,
    /// A personal access token.
    #[schemars(with = "String", length(min = 1), extend("x-aliases" = ["accessToken", "personalAccessToken", "password"], "format" = "password", "writeOnly" = true))]
    pub(super) token: SecretString,
    /// The catalog that is read; without it all that the token may read.
    #[schemars(length(min = 1), extend("x-aliases" = ["database", "catalogName"]))]
    pub(super) catalog: Option<String>,
    /// The default schema. All other visible schemas are read too.
    #[schemars(length(min = 1))]
    pub(super) schema: Option<String>,
    /// Port; 443 if it is not given.
    #[schemars(range(min = 1, max = 65535))]
    port: Option<u16>,
    /// Whom to trust.
    #[serde(flatten)]
    trust: TrustFields,
}

impl DatabricksCredentials {
    /// Where they lead: always with TLS, because the token is sent with every request.
    pub(super) fn route(&self) -> Route {
        let target = Target::new(self.host.host.clone(), self.port.unwrap_or(443));
        Route { target, tls: Some(self.trust.options(None)), tunnel: None }
    }
}
