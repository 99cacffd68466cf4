//! The PostgreSQL family: one wire protocol, three catalogs.
//!
//! PgBouncer in transaction mode lies in the way of many: no startup options it does not know, no named statements
//! (`query_typed`), everything that belongs together inside one transaction.

mod channel_binding;
mod cockroach;
mod connect;
mod credentials;
mod error;
mod guard;
mod introspect;
mod keys;
mod postgres;
mod product;
mod redshift;
mod types;

pub(crate) use connect::{PgConnection, check, connect, steps};
pub(crate) use credentials::PgCredentials;
pub(crate) use introspect::introspect;
