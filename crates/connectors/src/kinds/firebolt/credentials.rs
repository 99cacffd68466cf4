//! Credentials of a Firebolt datasource.

use egress::{Host, Target};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{ApiEndpoint, TrustFields};
use crate::route::Route;

/// The vendor's API.
const API: &str = "api.app.firebolt.io";

/// Credentials of a Firebolt datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FireboltCredentials {
    /// Client id of a service account.
    #[schemars(length(min = 1), extend("x-aliases" = ["client_id"]))]
    pub(super) client_id: String,
    /// Its secret.
    #[schemars(with = "String", extend("x-aliases" = ["client_secret"], "format" = "password", "writeOnly" = true))]
    pub(super) client_secret: SecretString,
    /// Account.
    #[schemars(length(min = 1), extend("x-aliases" = ["accountName"]))]
    pub(super) account: String,
    /// Database.
    #[schemars(length(min = 1))]
    pub(super) database: String,
    /// Engine. It has to run: it is never started.
    #[schemars(length(min = 1), extend("x-aliases" = ["engineName"], "x-place" = false))]
    pub(super) engine: String,
    /// The schema that is read; without it all of the database.
    #[schemars(length(min = 1), extend("x-blank" = "absent"))]
    pub(super) schema: Option<String>,
    /// Host of the vendor's API, where it is not `api.app.firebolt.io`.
    #[schemars(extend("x-blank" = "absent", "x-aliases" = ["endpoint"]))]
    api_endpoint: Option<ApiEndpoint>,
    /// Whom to trust.
    #[serde(flatten)]
    trust: TrustFields,
}

impl FireboltCredentials {
    /// Where they lead first: who gives tokens lives beside the API.
    pub(super) fn route(&self) -> Route {
        let Target { host, port } = self.api();
        let host = match &host {
            Host::Name(name) => name.strip_prefix("api.").and_then(|rest| format!("id.{rest}").parse().ok()).unwrap_or(host),
            Host::Address(_) => host,
        };
        Route { target: Target::new(host, port), tls: Some(self.trust.options(None)), tunnel: None }
    }

    /// The vendor's API.
    pub(super) fn api(&self) -> Target {
        let usual = || Target::new(Host::Name(API.to_owned()), 443);
        self.api_endpoint.as_ref().map_or_else(usual, |endpoint| endpoint.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_from_beside_the_api() {
        for (endpoint, id) in [
            ("null", "id.app.firebolt.io:443"),
            ("\"https://api.staging.firebolt.io\"", "id.staging.firebolt.io:443"),
            ("\"localhost:8443\"", "localhost:8443"),
            ("\"127.0.0.1\"", "127.0.0.1:443"),
        ] {
            let json =
                format!(r#"{{"clientId":"i","clientSecret":"s","account":"a","database":"d","engine":"e","apiEndpoint":{endpoint}}}"#);
            let target = serde_json::from_str::<FireboltCredentials>(&json).expect("credentials").route().target;
            assert_eq!(format!("{}:{}", target.host, target.port), id);
        }
    }
}
