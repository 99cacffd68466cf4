//! Trino over its REST protocol (<https://trino.io/docs/current/develop/client-protocol.html>).
//!
//! A statement is sent once, its pages are fetched by the `nextUri` of the page before, from the first origin only. Spooled
//! results are never asked for: they would come from other hosts.

mod connect;
mod credentials;
mod error;
mod introspect;
mod page;
mod statement;
mod types;

pub(crate) use connect::{TrinoConnection, check, connect, steps};
pub(crate) use credentials::TrinoCredentials;
pub(crate) use introspect::introspect;
