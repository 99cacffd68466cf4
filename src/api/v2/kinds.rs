//! The contract's own list of kinds: whichever of them have a connector, these are the words for `datasourceType`.

/// The eighteen values of `datasourceType`, in the contract's order, with the names of the products.
pub(super) const KINDS: [(&str, &str); 18] = [
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

#[cfg(test)]
mod tests {
    use connectors::Registry;

    use super::*;

    #[test]
    fn every_connector_is_one_of_them() {
        for entry in Registry.kinds() {
            assert!(KINDS.contains(&(entry.name, entry.title)), "{}", entry.name);
        }
    }
}
