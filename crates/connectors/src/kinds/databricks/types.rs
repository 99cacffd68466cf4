//! Types of Databricks SQL (<https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-datatypes>), and of Spark where it prints its own words.

use catalog::DataType as T;

/// The word for a type.
pub(super) fn normalize(native: &str) -> T {
    let name: String = native.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    match name.to_ascii_lowercase().as_str() {
        "tinyint" | "byte" | "smallint" | "short" | "int" | "integer" | "bigint" | "long" | "hugeint" => T::Integer,
        "decimal" | "dec" | "numeric" => T::Decimal,
        "float" | "real" | "double" => T::Float,
        "boolean" => T::Boolean,
        "string" | "varchar" | "char" | "character" => T::String,
        "binary" => T::Binary,
        "date" => T::Date,
        "time" => T::Time,
        // A point in time, shown in the session's zone.
        "timestamp" | "timestamp_ltz" => T::TimestampTz,
        "timestamp_ntz" => T::Timestamp,
        "interval" => T::Interval,
        "array" => T::Array,
        "map" => T::Map,
        "struct" => T::Struct,
        "variant" | "object" => T::Json,
        "geography" | "geometry" => T::Geometry,
        _ => T::Other,
    }
}

/// A name in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (native, wanted) in [
            ("bigint", T::Integer),
            ("DECIMAL(38,18)", T::Decimal),
            ("struct<a:int,b:array<string>>", T::Struct),
            ("map<string,int>", T::Map),
            ("timestamp", T::TimestampTz),
            ("timestamp_ntz", T::Timestamp),
            ("interval day to second", T::Interval),
            ("varchar(10) collate UTF8_LCASE", T::String),
            ("geography(4326)", T::Geometry),
            ("variant", T::Json),
            ("void", T::Other),
            ("", T::Other),
        ] {
            assert_eq!(normalize(native), wanted, "{native}");
        }
        assert_eq!(quoted("a`b"), "`a``b`");
    }
}
