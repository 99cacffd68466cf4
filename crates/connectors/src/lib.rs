//! The kinds of datasource: what credentials each takes, how it is tested, how its schema is read.
//!
//! Adding a kind: one file in `kinds`, one `mod` line, one line in the registry.

mod basic;
pub mod catalog;
mod clickhouse;
mod connector;
pub mod credentials;
mod error;
mod kinds;
mod mssql;
mod mysql;
mod pg;
mod reach;
mod registry;
mod scalar;
mod trino;

pub use catalog::{Catalog, CatalogBuilder, TableDefinition, TableKind};
pub use connector::{Connector, Opened, ServerInfo, Source};
pub use credentials::{Parsed, Rule, Violation};
pub use error::{ConnectError, ConnectErrorKind};
pub use registry::{Entry, Registry};
