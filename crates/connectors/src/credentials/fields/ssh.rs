//! The fields of an SSH tunnel, the same for every kind that has one.

use egress::{SshTunnel, Target};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use super::host::HostName;

/// `"enable"` or `"disable"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Toggle {
    Enable,
    Disable,
}

/// An SSH tunnel; flattened into a kind's credentials.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend(
    "if" = {"properties": {"sshTunnel": {"const": "enable"}}, "required": ["sshTunnel"]},
    "then" = {"required": ["sshHost", "sshPort", "sshUsername", "sshPrivateKey"]}
))]
#[expect(clippy::struct_field_names, reason = "the contract's names")]
pub(crate) struct SshFields {
    /// Connect through an SSH server.
    ssh_tunnel: Option<Toggle>,
    /// SSH server hostname.
    #[schemars(extend("x-blank" = "absent", "x-aliases" = ["tunnelHost", "ssh_hostname"]))]
    ssh_host: Option<HostName>,
    /// SSH server port.
    #[schemars(range(min = 1, max = 65535), extend("x-blank" = "absent", "x-aliases" = ["tunnelPort"]))]
    ssh_port: Option<u16>,
    /// SSH username.
    #[schemars(length(min = 1), extend("x-blank" = "absent", "x-aliases" = ["sshUser", "tunnelUser"]))]
    ssh_username: Option<String>,
    /// SSH private key: OpenSSH, PKCS#1 or PKCS#8.
    #[schemars(with = "Option<String>", extend("x-blank" = "absent", "x-aliases" = ["privateKey", "sshKey"], "format" = "password", "writeOnly" = true))]
    ssh_private_key: Option<SecretString>,
    /// What opens the private key, if it is encrypted.
    #[schemars(with = "Option<String>", extend("x-blank" = "absent", "x-aliases" = ["passphrase", "sshKeyPassphrase"], "format" = "password", "writeOnly" = true))]
    ssh_passphrase: Option<SecretString>,
    /// The SSH server's key (`ssh-ed25519 AAAA…` or `SHA256:…`). Without it the first one seen is kept, and no other taken.
    #[schemars(extend("x-blank" = "absent"))]
    ssh_host_key: Option<String>,
}

impl SshFields {
    /// The tunnel, if it is switched on.
    pub(crate) fn tunnel(&self) -> Option<SshTunnel> {
        if self.ssh_tunnel != Some(Toggle::Enable) {
            return None;
        }
        // The schema asks for all four where the tunnel is on.
        Some(SshTunnel {
            server: Target::new(self.ssh_host.clone()?.0, self.ssh_port?),
            username: self.ssh_username.clone()?,
            private_key: self.ssh_private_key.clone()?,
            passphrase: self.ssh_passphrase.clone(),
            host_key: self.ssh_host_key.clone(),
        })
    }
}
