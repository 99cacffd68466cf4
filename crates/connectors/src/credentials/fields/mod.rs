//! Groups of fields that several kinds share; each is flattened into a kind's credentials.

mod account_host;
mod aws;
mod cloud_id;
mod connection_string;
mod endpoint;
mod form;
mod host;
mod login;
mod seeds;
mod server_url;
mod service_account;
mod srv;
mod ssh;
mod tls;
mod warehouse_path;
mod web_host;

pub(crate) use account_host::AccountHost;
pub(crate) use aws::{AccessKeyId, Bucket, Endpoint, Region, S3Location, S3Path};
pub(crate) use cloud_id::CloudId;
use connection_string::INSTEAD;
pub(crate) use connection_string::{ConnectionString, Scram};
pub(crate) use endpoint::ApiEndpoint;
pub(crate) use host::HostName;
pub(crate) use login::LoginFields;
pub(crate) use seeds::Seeds;
pub(crate) use server_url::ServerUrl;
pub(crate) use service_account::ServiceAccount;
pub(crate) use srv::Srv;
pub(crate) use ssh::SshFields;
pub(crate) use tls::{IdentityFields, SwitchedTlsFields, TrustFields};
pub(crate) use warehouse_path::WarehousePath;
pub(crate) use web_host::WebHost;

/// Every form that a field can have.
pub(crate) const FORMS: &[form::Form] = &[
    Region::FORM,
    AccessKeyId::FORM,
    Endpoint::FORM,
    Bucket::FORM,
    S3Path::FORM,
    S3Location::FORM,
    WarehousePath::FORM,
    AccountHost::FORM,
    ApiEndpoint::FORM,
    CloudId::FORM,
    ServerUrl::FORM,
    Seeds::FORM,
    ConnectionString::FORM,
    INSTEAD,
];
