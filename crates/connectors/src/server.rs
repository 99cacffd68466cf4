//! What a server says it is.

use serde::{Deserialize, Serialize};

/// What the server behind a datasource says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServerInfo {
    /// For example `PostgreSQL`.
    pub product: String,
    /// For example `15.20`.
    pub version: String,
    /// The key of the SSH server on the way, in OpenSSH's form: to be kept with the credentials. A connector leaves it empty.
    pub ssh_host_key: Option<String>,
}

impl ServerInfo {
    /// A server, whatever the way to it.
    pub(crate) fn new(product: &str, version: String) -> Self {
        Self { product: product.to_owned(), version, ssh_host_key: None }
    }
}

/// The number at the start of what a server calls its version. It is shown to the user: only what looks like one.
pub(crate) fn version_number(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(32).collect()
}

/// The first part of a version.
pub(crate) fn major(version: &str) -> u32 {
    version.split('.').next().and_then(|part| part.parse().ok()).unwrap_or(0)
}
