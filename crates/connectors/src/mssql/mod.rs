//! SQL Server over TDS, by tiberius, on a connection that is ours.
//!
//! TLS is made before the driver is there, inside of TDS packets as the protocol wants it ([`prelogin`], [`tunnel`]); the driver
//! then talks over it as if there were none ([`shim`]). So certificates are judged as everywhere else, and the login is never
//! sent in the clear: TDS hides a password no better than with a constant.

mod connect;
mod credentials;
mod error;
mod introspect;
mod prelogin;
mod query;
mod shim;
mod statements;
mod tunnel;
mod types;

pub(crate) use connect::{SqlServerConnection, check, connect, steps};
pub(crate) use credentials::SqlServerCredentials;
pub(crate) use introspect::introspect;
