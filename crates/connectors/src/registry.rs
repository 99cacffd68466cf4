//! All kinds in one constant table.

use crate::kind::Kind;
use crate::kinds::{clickhouse, mssql, mysql, postgres, trino};

/// The contract's eighteen values of `datasourceType`, in its order, with the names of the products.
const CONTRACT: [(&str, &str); 18] = [
    ("snowflake", "Snowflake"),
    ("postgres", "PostgreSQL"),
    ("redshift", "Amazon Redshift"),
    ("cockroachdb", "CockroachDB"),
    ("mysql", "MySQL"),
    ("mongodb", "MongoDB"),
    ("clickhouse", "ClickHouse"),
    ("singlestore", "SingleStore"),
    ("bigquery", "Google BigQuery"),
    ("databricks", "Databricks"),
    ("elasticsearch", "Elasticsearch"),
    ("opensearch", "OpenSearch"),
    ("mssql", "Microsoft SQL Server"),
    ("awss3", "Amazon S3"),
    ("csv", "CSV"),
    ("firebolt", "Firebolt"),
    ("athena", "Amazon Athena"),
    ("trino", "Trino"),
];

static KINDS: [&Kind; 8] = [
    &postgres::POSTGRES,
    &postgres::REDSHIFT,
    &postgres::COCKROACHDB,
    &mysql::MYSQL,
    &clickhouse::CLICKHOUSE,
    &mysql::SINGLESTORE,
    &mssql::MSSQL,
    &trino::TRINO,
];

/// The kinds there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Registry;

impl Registry {
    /// Every `datasourceType` of the contract with its product's name, ready or not.
    pub fn contract(self) -> &'static [(&'static str, &'static str)] {
        &CONTRACT
    }

    /// Every kind that has a connector.
    pub fn kinds(self) -> &'static [&'static Kind] {
        &KINDS
    }

    /// The kind of a name.
    pub fn find(self, name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name).copied()
    }
}
