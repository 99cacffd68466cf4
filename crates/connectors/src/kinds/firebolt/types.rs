//! Firebolt's types: `numeric(38, 9)`, `array(text null)`, `struct(a int, b text)`.

use catalog::DataType as T;

/// The word for a type that is the same for all sources.
pub(super) fn normalize(native: &str) -> T {
    let lower = native.trim().to_ascii_lowercase();
    let name = lower.split(['(', ' ']).next().unwrap_or_default();
    match name {
        "int" | "integer" | "bigint" | "long" => T::Integer,
        "numeric" | "decimal" => T::Decimal,
        "real" | "double" | "float" | "float4" | "float8" => T::Float,
        "text" | "string" | "varchar" | "char" => T::String,
        "bytea" => T::Binary,
        "boolean" | "bool" => T::Boolean,
        "date" | "pgdate" => T::Date,
        "timestamp" | "timestampntz" => T::Timestamp,
        "timestamptz" => T::TimestampTz,
        "array" => T::Array,
        "struct" => T::Struct,
        "json" => T::Json,
        "geography" => T::Geometry,
        _ => T::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (native, word) in [
            ("integer", "integer"),
            ("bigint null", "integer"),
            ("numeric(38, 9)", "decimal"),
            ("double precision", "float"),
            ("text", "string"),
            ("bytea", "binary"),
            ("boolean", "boolean"),
            ("date", "date"),
            ("timestamp", "timestamp"),
            ("timestamptz", "timestamp_tz"),
            ("array(array(text null))", "array"),
            ("struct(a int, b text)", "struct"),
            ("geography", "geometry"),
            ("", "other"),
            ("new", "other"),
        ] {
            assert_eq!(normalize(native).as_str(), word, "{native}");
        }
    }
}
