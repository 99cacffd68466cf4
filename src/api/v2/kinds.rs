//! The contract's own list of kinds: whichever of them have a connector, these are the words for `datasourceType`.

use connectors::credentials::fold;
use serde_json::{Map, Value};

use super::error::ApiError;
use super::members::{one_of, string};

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

/// Names that others have for them, folded.
const OTHERWISE: [(&str, &str); 24] = [
    ("postgresql", "postgres"),
    ("pg", "postgres"),
    ("psql", "postgres"),
    ("awsredshift", "redshift"),
    ("cockroach", "cockroachdb"),
    ("crdb", "cockroachdb"),
    ("mariadb", "mysql"),
    ("mongo", "mongodb"),
    ("memsql", "singlestore"),
    ("singlestoredb", "singlestore"),
    ("bq", "bigquery"),
    ("elastic", "elasticsearch"),
    ("sqlserver", "mssql"),
    ("microsoftsqlserver", "mssql"),
    ("azuresql", "mssql"),
    ("s3", "awss3"),
    ("amazons3", "awss3"),
    ("awsathena", "athena"),
    ("amazonathena", "athena"),
    ("amazonredshift", "redshift"),
    ("googlebigquery", "bigquery"),
    ("csvfile", "csv"),
    ("awsopensearch", "opensearch"),
    ("starburst", "trino"),
];

/// `datasourceType` of a body.
pub(super) fn read(body: &Map<String, Value>) -> Result<&str, ApiError> {
    let read = one_of(body, "", "datasourceType", &KINDS.map(|(kind, _)| kind));
    match string(body, "", "datasourceType").ok().and_then(meant) {
        Some(meant) => read.map_err(|error| error.adding(&format!("did you mean {meant}?"))),
        None => read,
    }
}

/// The kind that a word which is none of them may mean.
fn meant(word: &str) -> Option<&'static str> {
    let folded: String = fold(word).split_whitespace().collect();
    let otherwise = OTHERWISE.into_iter().find(|(other, _)| *other == folded).map(|(_, kind)| kind);
    otherwise.or_else(|| KINDS.into_iter().map(|(kind, _)| kind).find(|kind| *kind == folded))
}

#[cfg(test)]
mod tests {
    use connectors::Registry;

    use super::*;

    #[test]
    fn every_connector_is_one_of_them() {
        for kind in Registry.kinds() {
            assert!(KINDS.contains(&(kind.name, kind.title)), "{}", kind.name);
        }
    }

    #[test]
    fn other_names_lead_to_a_kind() {
        for (other, kind) in OTHERWISE {
            assert_eq!(fold(other), other);
            assert!(KINDS.iter().any(|(known, _)| *known == kind) && KINDS.iter().all(|(known, _)| *known != other), "{other}");
        }
        for (word, kind) in [
            ("postgresql", "postgres"),
            ("Postgres", "postgres"),
            ("MariaDB", "mysql"),
            ("SQL Server", "mssql"),
            ("sql_server", "mssql"),
            ("S3", "awss3"),
            ("Google BigQuery", "bigquery"),
            (" trino ", "trino"),
        ] {
            assert_eq!(meant(word), Some(kind), "{word}");
        }
        assert_eq!((meant("h2"), meant("")), (None, None));
    }
}
