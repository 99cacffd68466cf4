//! From a column's type to a word that is the same for all sources.

/// `data_type` is the bare name, `column_type` the whole of it (`tinyint(1) unsigned`).
pub(super) fn normalize(data_type: &str, column_type: &str) -> &'static str {
    let column_type = column_type.to_ascii_lowercase();
    match data_type.to_ascii_lowercase().as_str() {
        // By convention: MySQL has no other boolean.
        "tinyint" if column_type.starts_with("tinyint(1)") => "boolean",
        "bit" if column_type == "bit(1)" => "boolean",
        "bool" | "boolean" => "boolean",
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "year" => "integer",
        "decimal" | "numeric" | "dec" | "fixed" => "decimal",
        "float" | "double" | "real" => "float",
        "date" => "date",
        "time" => "time",
        "datetime" => "timestamp",
        // A point in time: stored in UTC, shown in the session's zone.
        "timestamp" => "timestamp_tz",
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "inet4" | "inet6" | "xmltype" => "string",
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" => "binary",
        "json" | "bson" => "json",
        "uuid" => "uuid",
        "enum" | "set" => "enum",
        "vector" => "array",
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon" | "geometrycollection"
        | "geomcollection" | "geography" | "geographypoint" => "geometry",
        _ => "other",
    }
}

/// Whether a literal of the type is written in quotes.
pub(super) fn quoted(data_type: &str) -> bool {
    !matches!(normalize(data_type, ""), "integer" | "decimal" | "float" | "boolean" | "json" | "geometry" | "other") && data_type != "bit"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (data_type, column_type, word) in [
            ("tinyint", "tinyint(1)", "boolean"),
            ("tinyint", "tinyint(4)", "integer"),
            ("tinyint", "tinyint unsigned", "integer"),
            ("bigint", "bigint(20) unsigned", "integer"),
            ("DECIMAL", "decimal(10,2)", "decimal"),
            ("bit", "bit(1)", "boolean"),
            ("bit", "bit(8)", "binary"),
            ("timestamp", "timestamp(6)", "timestamp_tz"),
            ("enum", "enum('a','b')", "enum"),
            ("geographypoint", "geographypoint", "geometry"),
            ("vector", "vector(4, F32)", "array"),
            ("newtype", "newtype", "other"),
        ] {
            assert_eq!(normalize(data_type, column_type), word, "{column_type}");
        }
        assert!(quoted("varchar") && quoted("date") && quoted("enum") && !quoted("int") && !quoted("bit"));
    }
}
