//! One file a kind.

mod clickhouse;
mod cockroachdb;
mod mssql;
mod mysql;
mod postgres;
mod redshift;
mod singlestore;
mod trino;

pub(crate) use clickhouse::ClickHouse;
pub(crate) use cockroachdb::CockroachDb;
pub(crate) use mssql::SqlServer;
pub(crate) use mysql::MySql;
pub(crate) use postgres::Postgres;
pub(crate) use redshift::Redshift;
pub(crate) use singlestore::SingleStore;
pub(crate) use trino::Trino;
