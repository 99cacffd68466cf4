//! Credentials: one struct for each kind gives parsing, messages, aliases and secrets.

mod fields;
mod message;
mod normalize;
mod pins;
mod schema;

pub(crate) use fields::{HostName, IdentityFields, LoginFields, SshFields, TrustFields, WebHost};
pub use message::CredentialsError;
pub use pins::{keep_pins, lacks_pin, pin};
pub(crate) use schema::CredentialsSchema;
pub use schema::Parsed;
