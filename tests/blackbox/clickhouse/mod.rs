//! ClickHouse: the server of 2018, the engine of a current one behind HTTP, and hostile ones.
//!
//! Peers: clickhouse, chdb, tls, ssh.

mod catalog;
mod corners;
mod failures;
pub(crate) mod rogue;
