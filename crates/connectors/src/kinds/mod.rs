//! One folder a family, with the same rooms in each: `mod` (the kinds), `open`, `credentials`, `error`, `introspect`, `types`, `README.md`.

mod athena;
mod awss3;
mod bigquery;
mod clickhouse;
mod csv;
mod databricks;
mod firebolt;
mod mongodb;
mod mssql;
mod mysql;
mod postgres;
mod search;
mod snowflake;
mod trino;

use crate::kind::Kind;

/// All kinds in one constant table: a kind is here, or it is not there.
pub(crate) static ALL: &[&Kind] = &[
    &snowflake::SNOWFLAKE,
    &postgres::POSTGRES,
    &postgres::REDSHIFT,
    &postgres::COCKROACHDB,
    &mysql::MYSQL,
    &mongodb::MONGODB,
    &clickhouse::CLICKHOUSE,
    &mysql::SINGLESTORE,
    &bigquery::BIGQUERY,
    &databricks::DATABRICKS,
    &search::ELASTICSEARCH,
    &search::OPENSEARCH,
    &mssql::MSSQL,
    &csv::CSV,
    &awss3::AWSS3,
    &firebolt::FIREBOLT,
    &athena::ATHENA,
    &trino::TRINO,
];
