//! Credentials: one struct for each kind gives parsing, messages, aliases and secrets.

mod message;
mod normalize;
mod schema;
mod shared;
mod ssh;
mod tls;
mod web_host;

pub use message::CredentialsError;
pub(crate) use schema::CredentialsSchema;
pub use schema::Parsed;
pub(crate) use shared::{HostName, SslVerify, Toggle};
pub(crate) use ssh::SshFields;
pub(crate) use tls::{IdentityFields, TrustFields};
pub(crate) use web_host::WebHost;
