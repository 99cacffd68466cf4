//! ClickHouse's types as they are printed: a parser, and the word that is the same for all sources.
//!
//! The grammar is `Name` or `Name(arguments)`, where an argument is a type, a literal, or a name and a type. Quoted things
//! (`'…'` and `` `…` ``) have backslash escapes.

use catalog::DataType as T;

/// Deeper nesting than any table has; what lies deeper is not told apart.
const DEPTH: usize = 64;

/// A type: its name, and what stands between the parentheses.
#[derive(Debug, PartialEq, Eq)]
struct Type<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
}

/// Splits `Name(a, b)`. None for what does not fit the grammar.
fn parse(text: &str) -> Option<Type<'_>> {
    let text = text.trim();
    let Some(open) = text.find('(') else {
        return text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then_some(Type { name: text, arguments: Vec::new() });
    };
    let name = text[..open].trim_end();
    let inside = text[open + 1..].strip_suffix(')')?;
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then_some(())?;
    Some(Type { name, arguments: split(inside)? })
}

/// The parts between commas that stand outside of quotes and parentheses.
pub(super) fn split(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => drop(bytes.next()),
            (Some(open), _) if byte == open => quote = None,
            (None, b'\'' | b'`' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.checked_sub(1)?,
            (None, b',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if quote.is_some() || depth > 0 {
        return None;
    }
    let last = text[start..].trim();
    if !last.is_empty() || !parts.is_empty() {
        parts.push(last);
    }
    Some(parts)
}

/// The word for a type, and whether it takes null.
pub(super) fn normalize(native: &str) -> (T, bool) {
    let (mut text, mut nullable) = (native, false);
    for _ in 0..DEPTH {
        let Some(parsed) = parse(text) else { return (T::Other, nullable) };
        let Type { name, arguments } = parsed;
        text = match (name, arguments.as_slice()) {
            ("Nullable", [inner]) => {
                nullable = true;
                inner
            }
            // Of the aggregate the value is one of the inner type; the function says how parts are put together.
            ("LowCardinality", [inner]) | ("SimpleAggregateFunction", [_, inner]) => inner,
            _ => return (word(name), nullable || matches!(name, "Nothing" | "Dynamic" | "Variant")),
        };
    }
    (T::Other, nullable)
}

fn word(name: &str) -> T {
    match name {
        "Bool" => T::Boolean,
        "Float32" | "Float64" | "BFloat16" => T::Float,
        "Date" | "Date32" => T::Date,
        "Time" | "Time64" => T::Time,
        // Points in time: stored as seconds since 1970, shown in the column's or the server's zone.
        "DateTime" | "DateTime32" | "DateTime64" => T::TimestampTz,
        "String" | "FixedString" | "IPv4" | "IPv6" => T::String,
        "UUID" => T::Uuid,
        "Array" | "Nested" | "QBit" => T::Array,
        "Map" => T::Map,
        "Tuple" => T::Struct,
        "JSON" | "Object" => T::Json,
        "Enum" | "Enum8" | "Enum16" => T::Enum,
        "Point" | "MultiPoint" | "Ring" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" | "Geometry" => T::Geometry,
        "AggregateFunction" => T::Binary,
        _ if name.starts_with("Decimal") => T::Decimal,
        _ if name.starts_with("Interval") => T::Interval,
        _ if name.trim_start_matches('U').starts_with("Int") => T::Integer,
        _ => T::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_nulls() {
        for (native, wanted) in [
            ("UInt64", ("integer", false)),
            ("Int256", ("integer", false)),
            ("Nullable(String)", ("string", true)),
            ("LowCardinality(Nullable(String))", ("string", true)),
            ("Array(Nullable(Int32))", ("array", false)),
            ("Map(String, Array(UInt64))", ("map", false)),
            (r"Tuple(`a b` Int8, `q\`t(` String)", ("struct", false)),
            ("Nullable(Tuple(a Int8))", ("struct", true)),
            ("Nested(a Int8, b String)", ("array", false)),
            (r"Enum8('a\'b' = 1, 'c\\d' = 2, '),(' = 3)", ("enum", false)),
            ("Nullable(Enum16('it''s' = 1))", ("enum", true)),
            ("Decimal(10, 2)", ("decimal", false)),
            ("Nullable(Decimal256(5))", ("decimal", true)),
            ("DateTime64(3, 'Europe/Berlin')", ("timestamp_tz", false)),
            ("SimpleAggregateFunction(sum, Nullable(UInt64))", ("integer", true)),
            ("AggregateFunction(quantiles(0.5, 0.9), UInt64)", ("binary", false)),
            ("JSON(max_dynamic_paths=8, `a.b` UInt32, SKIP c, SKIP REGEXP 'x.*')", ("json", false)),
            ("Object(Nullable('json'))", ("json", false)),
            ("Object('json')", ("json", false)),
            ("Variant(String, UInt64)", ("other", true)),
            ("Dynamic(max_types=3)", ("other", true)),
            ("QBit(Float32, 16)", ("array", false)),
            ("IntervalDay", ("interval", false)),
            ("Nullable(Nothing)", ("other", true)),
            ("TypeOfTomorrow(1)", ("other", false)),
            ("", ("other", false)),
            ("Array(", ("other", false)),
            ("Nullable(Int8", ("other", false)),
            ("Enum8('open)", ("other", false)),
        ] {
            let (word, nullable) = normalize(native);
            assert_eq!((word.as_str(), nullable), wanted, "{native}");
        }
    }

    #[test]
    fn arguments() {
        let parsed = parse("Tuple(a Int8, b Map(String, Array(UInt8)), `c,d` String)").expect("a type");
        assert_eq!(parsed, Type { name: "Tuple", arguments: vec!["a Int8", "b Map(String, Array(UInt8))", "`c,d` String"] });
        assert_eq!(split("a, f(b, c), 'd, e'"), Some(vec!["a", "f(b, c)", "'d, e'"]));
        assert_eq!(split(""), Some(vec![]));
        assert_eq!(split("a)"), None);
    }

    /// Threat R4: a type of a million levels ends, and costs no stack.
    #[test]
    fn r4_deep_types() {
        let deep = format!("{}String{}", "Nullable(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(normalize(&deep), (T::Other, true));
    }
}
