//! Trino's types as they are printed: `row(a bigint, b array(varchar(3)))`, `timestamp(3) with time zone`.

use catalog::DataType as T;

/// A type: its name, what stands between the parentheses, and what follows them.
#[derive(Debug, PartialEq, Eq)]
struct Type<'a> {
    name: &'a str,
    arguments: &'a str,
    rest: &'a str,
}

/// Takes a type apart. Parentheses in quoted names of fields do not count; names that are printed bare may hold some, so the
/// arguments reach to the last one that closes.
fn parse(text: &str) -> Option<Type<'_>> {
    let text = text.trim();
    let Some(open) = text.find('(') else { return Some(Type { name: text, arguments: "", rest: "" }) };
    let close = text.rfind(')').filter(|close| *close > open)?;
    let (name, arguments, rest) = (text[..open].trim(), &text[open + 1..close], text[close + 1..].trim());
    Some(Type { name, arguments, rest })
}

/// The word for a type that is the same for all sources.
pub(super) fn normalize(native: &str) -> T {
    let lower = native.to_ascii_lowercase();
    let Some(Type { name, arguments, rest }) = parse(&lower) else { return T::Other };
    let zone = rest == "with time zone" || name.ends_with("with time zone");
    match name.split_whitespace().next().unwrap_or_default() {
        "boolean" | "bool" => T::Boolean,
        "tinyint" | "smallint" | "integer" | "int" | "bigint" | "hugeint" => T::Integer,
        "decimal" | "number" | "numeric" => T::Decimal,
        "real" | "double" | "float" => T::Float,
        "varchar" | "char" | "ipaddress" | "ipprefix" | "text" => T::String,
        "varbinary" | "blob" | "hyperloglog" | "p4hyperloglog" | "setdigest" | "qdigest" | "tdigest" => T::Binary,
        "date" => T::Date,
        "time" => T::Time,
        "timestamp" if zone => T::TimestampTz,
        "timestamp" => T::Timestamp,
        "interval" => T::Interval,
        "uuid" => T::Uuid,
        "json" | "variant" => T::Json,
        "array" if !arguments.is_empty() => T::Array,
        "map" if !arguments.is_empty() => T::Map,
        "row" if !arguments.is_empty() => T::Struct,
        "geometry" | "sphericalgeography" | "kdbtree" => T::Geometry,
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
            ("decimal(10,2)", "decimal"),
            ("varchar", "string"),
            ("varchar(255)", "string"),
            ("char(3)", "string"),
            ("timestamp(3)", "timestamp"),
            ("timestamp(3) with time zone", "timestamp_tz"),
            ("timestamp with time zone", "timestamp_tz"),
            ("time(6) with time zone", "time"),
            ("interval day to second", "interval"),
            ("row(a bigint, \"b) c\" varchar)", "struct"),
            ("row(odd (name bigint)", "struct"),
            ("row(bigint, row(varchar))", "struct"),
            ("array(row(x double))", "array"),
            ("map(varchar, array(timestamp(3) with time zone))", "map"),
            ("HyperLogLog", "binary"),
            ("Geometry", "geometry"),
            ("json", "json"),
            ("unknown", "other"),
            ("function(bigint,varchar)", "other"),
            ("array", "other"),
            (")(", "other"),
            ("", "other"),
        ] {
            assert_eq!(normalize(native).as_str(), word, "{native}");
        }
        let deep = format!("{}bigint{}", "array(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(normalize(&deep), T::Array);
    }
}
