//! From a column's type to a word that is the same for all sources.

use catalog::DataType as T;

/// `data_type` is the bare name, `column_type` the whole of it (`tinyint(1) unsigned`).
pub(super) fn normalize(data_type: &str, column_type: &str) -> T {
    let column_type = column_type.to_ascii_lowercase();
    match data_type.to_ascii_lowercase().as_str() {
        // By convention: MySQL has no other boolean.
        "tinyint" if column_type.starts_with("tinyint(1)") => T::Boolean,
        "bit" if column_type == "bit(1)" => T::Boolean,
        "bool" | "boolean" => T::Boolean,
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "year" => T::Integer,
        "decimal" | "numeric" | "dec" | "fixed" => T::Decimal,
        "float" | "double" | "real" => T::Float,
        "date" => T::Date,
        "time" => T::Time,
        "datetime" => T::Timestamp,
        // A point in time: stored in UTC, shown in the session's zone.
        "timestamp" => T::TimestampTz,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "inet4" | "inet6" | "xmltype" => T::String,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" => T::Binary,
        "json" | "bson" => T::Json,
        "uuid" => T::Uuid,
        "enum" | "set" => T::Enum,
        "vector" => T::Array,
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon" | "geometrycollection"
        | "geomcollection" | "geography" | "geographypoint" => T::Geometry,
        _ => T::Other,
    }
}

/// Whether a literal of the type is written in quotes.
pub(super) fn quoted(data_type: &str) -> bool {
    !matches!(normalize(data_type, ""), T::Integer | T::Decimal | T::Float | T::Boolean | T::Json | T::Geometry | T::Other)
        && data_type != "bit"
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
            assert_eq!(normalize(data_type, column_type).as_str(), word, "{column_type}");
        }
        assert!(quoted("varchar") && quoted("date") && quoted("enum") && !quoted("int") && !quoted("bit"));
    }
}
