//! Credentials: one struct for each kind gives parsing, messages, aliases and secrets.

mod normalize;
mod schema;
mod shared;
mod ssh;
mod tls;
mod violation;
mod web_host;

pub(crate) use schema::CredentialsSchema;
pub use schema::Parsed;
pub(crate) use shared::{HostName, SslVerify, Toggle};
pub(crate) use ssh::SshFields;
pub(crate) use tls::{IdentityFields, TrustFields};
pub use violation::{Rule, Violation};
pub(crate) use web_host::WebHost;
