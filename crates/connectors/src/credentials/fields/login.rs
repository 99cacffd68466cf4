//! Host, port, user and password, the same for every kind that logs in with them.

use egress::Target;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use super::host::HostName;

/// Where the server is and who logs in; flattened into a kind's credentials.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoginFields {
    /// Database hostname or IP address.
    #[schemars(extend("x-aliases" = ["server", "hostname"]))]
    host: HostName,
    /// Database port number.
    #[schemars(range(min = 1, max = 65535))]
    port: u16,
    /// Database username.
    #[schemars(length(min = 1), extend("x-aliases" = ["user"]))]
    pub(crate) username: String,
    /// Database password.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub(crate) password: SecretString,
}

impl LoginFields {
    /// The server.
    pub(crate) fn target(&self) -> Target {
        Target::new(self.host.0.clone(), self.port)
    }
}
