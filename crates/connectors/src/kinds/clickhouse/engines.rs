//! From a table's engine to what kind of table it is.

use catalog::TableKind;

/// By the engine's name (`system.table_engines`). What is unheard of is a table.
pub(super) fn kind(engine: &str) -> TableKind {
    match engine {
        "View" | "LiveView" | "WindowView" => TableKind::View,
        "MaterializedView" => TableKind::MaterializedView,
        "Dictionary" => TableKind::Dictionary,
        "Distributed" | "Remote" | "RemoteSecure" => TableKind::Distributed,
        "MySQL"
        | "PostgreSQL"
        | "MaterializedPostgreSQL"
        | "MongoDB"
        | "ODBC"
        | "JDBC"
        | "SQLite"
        | "Redis"
        | "ExternalDistributed"
        | "YTsaurus"
        | "Hive"
        | "BigQuery"
        | "ArrowFlight"
        | "Kafka"
        | "RabbitMQ"
        | "NATS" => TableKind::ForeignTable,
        "File" | "FileLog" | "URL" | "GCS" | "OSS" | "COSN" | "HDFS" | "Hudi" | "AzureQueue" => TableKind::ExternalTable,
        _ if !engine.ends_with("MergeTree")
            && ["S3", "AzureBlobStorage", "Iceberg", "DeltaLake", "Paimon"].iter().any(|start| engine.starts_with(start)) =>
        {
            TableKind::ExternalTable
        }
        _ => TableKind::Table,
    }
}

/// Whether a database of this engine stands for another server's: what has tables of its own is known by name.
pub(super) fn is_foreign(engine: &str) -> bool {
    !matches!(engine, "" | "Atomic" | "Ordinary" | "Memory" | "Lazy" | "Replicated" | "Shared" | "Overlay" | "Dictionary" | "Filesystem")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (engine, wanted) in [
            ("MergeTree", TableKind::Table),
            ("ReplicatedReplacingMergeTree", TableKind::Table),
            ("Log", TableKind::Table),
            ("View", TableKind::View),
            ("MaterializedView", TableKind::MaterializedView),
            ("Dictionary", TableKind::Dictionary),
            ("Distributed", TableKind::Distributed),
            ("PostgreSQL", TableKind::ForeignTable),
            ("S3Queue", TableKind::ExternalTable),
            ("IcebergS3", TableKind::ExternalTable),
            ("EngineOfTomorrow", TableKind::Table),
        ] {
            assert_eq!(kind(engine), wanted, "{engine}");
        }
        assert!(is_foreign("MySQL") && is_foreign("DataLakeCatalog") && !is_foreign("Atomic") && !is_foreign(""));
    }
}
