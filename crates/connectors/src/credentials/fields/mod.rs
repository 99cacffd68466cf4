//! Groups of fields that several kinds share; each is flattened into a kind's credentials.

mod aws;
mod host;
mod login;
mod ssh;
mod tls;
mod warehouse_path;
mod web_host;

pub(crate) use aws::{AccessKeyId, Endpoint, FORMS, Region, S3Location, fits};
pub(crate) use host::HostName;
pub(crate) use login::LoginFields;
pub(crate) use ssh::SshFields;
pub(crate) use tls::{IdentityFields, SwitchedTlsFields, TrustFields};
pub(crate) use warehouse_path::{WarehousePath, WarehousePathError};
pub(crate) use web_host::WebHost;
