//! Everything that is tested from outside: the built binary over HTTP and on the command line, against real servers.
//! One test binary, because linking takes longer than testing.

mod athena;
mod awss3;
mod bigquery;
mod cli;
mod clickhouse;
mod contract;
mod csv;
mod databricks;
mod diagnosis;
mod fakes;
mod firebolt;
mod mongodb;
mod mssql;
mod mysql;
mod openapi;
mod postgres;
mod real;
mod resilience;
mod runner;
mod search;
mod snowflake;
mod support;
mod trino;
mod upgrade;
