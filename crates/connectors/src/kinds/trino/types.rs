//! Trino's types as they are printed: `row(a bigint, b array(varchar(3)))`, `timestamp(3) with time zone`.

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
pub(super) fn normalize(native: &str) -> &'static str {
    let lower = native.to_ascii_lowercase();
    let Some(Type { name, arguments, rest }) = parse(&lower) else { return "other" };
    let zone = rest == "with time zone" || name.ends_with("with time zone");
    match name.split_whitespace().next().unwrap_or_default() {
        "boolean" | "bool" => "boolean",
        "tinyint" | "smallint" | "integer" | "int" | "bigint" | "hugeint" => "integer",
        "decimal" | "number" | "numeric" => "decimal",
        "real" | "double" | "float" => "float",
        "varchar" | "char" | "ipaddress" | "ipprefix" | "text" => "string",
        "varbinary" | "blob" | "hyperloglog" | "p4hyperloglog" | "setdigest" | "qdigest" | "tdigest" => "binary",
        "date" => "date",
        "time" => "time",
        "timestamp" if zone => "timestamp_tz",
        "timestamp" => "timestamp",
        "interval" => "interval",
        "uuid" => "uuid",
        "json" | "variant" => "json",
        "array" if !arguments.is_empty() => "array",
        "map" if !arguments.is_empty() => "map",
        "row" if !arguments.is_empty() => "struct",
        "geometry" | "sphericalgeography" | "kdbtree" => "geometry",
        _ => "other",
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
            assert_eq!(normalize(native), word, "{native}");
        }
        let deep = format!("{}bigint{}", "array(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(normalize(&deep), "array");
    }
}
