//! Credentials: one struct for each kind gives parsing, messages, aliases and secrets.

mod fields;
mod judge;
mod normalize;
mod pins;
mod place;
#[cfg(test)]
mod properties;
mod schema;
mod spelling;
mod violation;

pub(crate) use fields::{
    AccessKeyId, AccountHost, ApiEndpoint, Bucket, CloudId, ConnectionString, Endpoint, HostName, IdentityFields, LoginFields, Region,
    S3Location, S3Path, Scram, Seeds, ServerUrl, ServiceAccount, Srv, SshFields, SwitchedTlsFields, TrustFields, WarehousePath, WebHost,
};
pub(crate) use judge::{judge, unused};
pub use pins::{keep_pins, lacks_pin, pin};
pub(crate) use place::{place, split};
pub(crate) use schema::CredentialsSchema;
pub use schema::Parsed;
pub use spelling::{Contradiction, choose, fold};
pub use violation::{Rule, Violation};
