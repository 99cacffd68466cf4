//! ClickHouse over its HTTP interface, from the servers of 2018 to today's.
//!
//! No setting is ever sent: users with `readonly = 1` refuse them. Which columns the system tables have is asked first.

mod connect;
mod credentials;
mod engines;
mod error;
mod introspect;
mod query;
mod types;

pub(crate) use connect::{ClickHouseConnection, check, connect, steps};
pub(crate) use credentials::ClickHouseCredentials;
pub(crate) use introspect::introspect;
