//! Everything that speaks MySQL's protocol: MySQL, MariaDB, SingleStore.
//!
//! The packets and the authentication come from `mysql_common`; dialing and TLS from `egress`. There is no code for
//! LOCAL INFILE, for compression or for several statements at once, and no way to send a password in the clear to a
//! server that has not proved who it is.

mod connect;
mod credentials;
mod error;
mod introspect;
mod login;
mod packet;
mod product;
mod query;
mod singlestore;
mod types;

pub(crate) use connect::{MySqlConnection, check, connect, steps};
pub(crate) use credentials::MySqlCredentials;
pub(crate) use introspect::introspect;
