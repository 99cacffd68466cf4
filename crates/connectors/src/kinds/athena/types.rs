//! Types as the catalog prints them: Hive's (`array<struct<a:int>>`), and in views Trino's (`row(a integer)`).

use catalog::DataType as T;

/// The word for a type that is the same for all sources.
pub(super) fn normalize(native: &str) -> T {
    let lower = native.trim().to_ascii_lowercase();
    let end = lower.find(['<', '(', ' ']).unwrap_or(lower.len());
    let nested = lower[end..].trim_end().ends_with(['>', ')']);
    match &lower[..end] {
        "boolean" => T::Boolean,
        "tinyint" | "smallint" | "int" | "integer" | "bigint" | "long" => T::Integer,
        "decimal" | "numeric" => T::Decimal,
        "float" | "double" | "real" => T::Float,
        "string" | "varchar" | "char" | "ipaddress" => T::String,
        "binary" | "varbinary" => T::Binary,
        "date" => T::Date,
        "time" => T::Time,
        "timestamp" if lower.ends_with("with time zone") || lower.ends_with("with local time zone") => T::TimestampTz,
        "timestamptz" => T::TimestampTz,
        "timestamp" => T::Timestamp,
        "interval" | "interval_year_month" | "interval_day_time" => T::Interval,
        "uuid" => T::Uuid,
        "json" => T::Json,
        "array" if nested => T::Array,
        "map" if nested => T::Map,
        "struct" | "row" if nested => T::Struct,
        _ => T::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (native, word) in [
            ("bigint", "integer"),
            ("BIGINT", "integer"),
            ("decimal(38,2)", "decimal"),
            ("varchar(255)", "string"),
            ("string", "string"),
            ("double", "float"),
            ("timestamp", "timestamp"),
            ("timestamp(3) with time zone", "timestamp_tz"),
            ("timestamp with local time zone", "timestamp_tz"),
            ("array<struct<a:int,b:map<string,double>>>", "array"),
            ("map<string,array<int>>", "map"),
            ("struct<a:int>", "struct"),
            ("row(a integer)", "struct"),
            ("array", "other"),
            ("uniontype<int,string>", "other"),
            ("void", "other"),
            ("unknown", "other"),
            ("", "other"),
            ("<", "other"),
        ] {
            assert_eq!(normalize(native).as_str(), word, "{native}");
        }
    }
}
