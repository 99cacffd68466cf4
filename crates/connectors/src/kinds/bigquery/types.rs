//! BigQuery's types as its API has them: legacy and standard names of the same thing.

use catalog::DataType as T;

use super::field::Field;

/// The word for a type that is the same for all sources.
pub(super) fn normalize(field: &Field) -> T {
    if field.is_repeated() {
        return T::Array;
    }
    match field.kind.to_ascii_uppercase().as_str() {
        "INTEGER" | "INT64" => T::Integer,
        "NUMERIC" | "BIGNUMERIC" | "DECIMAL" | "BIGDECIMAL" => T::Decimal,
        "FLOAT" | "FLOAT64" => T::Float,
        "BOOLEAN" | "BOOL" => T::Boolean,
        "STRING" => T::String,
        "BYTES" => T::Binary,
        "DATE" => T::Date,
        "TIME" => T::Time,
        "DATETIME" => T::Timestamp,
        "TIMESTAMP" => T::TimestampTz,
        "INTERVAL" => T::Interval,
        "JSON" => T::Json,
        "RECORD" | "STRUCT" => T::Struct,
        "GEOGRAPHY" => T::Geometry,
        "RANGE" => T::Range,
        _ => T::Other,
    }
}

/// The type in BigQuery's words: `NUMERIC(10, 2)`, `ARRAY<RECORD>`, `RANGE<DATE>`.
pub(super) fn native(field: &Field) -> String {
    let number = |scalar: &Option<crate::rest::Scalar>| scalar.as_ref().and_then(crate::rest::Scalar::number);
    let arguments = match (number(&field.max_length), number(&field.precision), number(&field.scale)) {
        (Some(length), ..) => format!("({length})"),
        (None, Some(precision), Some(scale)) => format!("({precision}, {scale})"),
        (None, Some(precision), None) => format!("({precision})"),
        (None, None, _) => String::new(),
    };
    let element = field.range_element_type.as_ref().map(|element| format!("<{}>", element.kind)).unwrap_or_default();
    let one = format!("{}{arguments}{element}", field.kind);
    if field.is_repeated() { format!("ARRAY<{one}>") } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (json, text, word) in [
            (r#"{"name":"a","type":"INTEGER"}"#, "INTEGER", "integer"),
            (r#"{"name":"a","type":"STRING","maxLength":"10"}"#, "STRING(10)", "string"),
            (r#"{"name":"a","type":"NUMERIC","precision":"10","scale":"2"}"#, "NUMERIC(10, 2)", "decimal"),
            (r#"{"name":"a","type":"BIGNUMERIC","precision":"40"}"#, "BIGNUMERIC(40)", "decimal"),
            (r#"{"name":"a","type":"RECORD","mode":"REPEATED","fields":[]}"#, "ARRAY<RECORD>", "array"),
            (r#"{"name":"a","type":"RECORD","mode":"NULLABLE"}"#, "RECORD", "struct"),
            (r#"{"name":"a","type":"RANGE","rangeElementType":{"type":"DATE"}}"#, "RANGE<DATE>", "range"),
            (r#"{"name":"a","type":"DATETIME"}"#, "DATETIME", "timestamp"),
            (r#"{"name":"a","type":"TIMESTAMP"}"#, "TIMESTAMP", "timestamp_tz"),
            (r#"{"name":"a","type":"GEOGRAPHY"}"#, "GEOGRAPHY", "geometry"),
            (r#"{"name":"a","type":"OF_TOMORROW"}"#, "OF_TOMORROW", "other"),
        ] {
            let field: Field = serde_json::from_str(json).expect(json);
            assert_eq!((native(&field).as_str(), normalize(&field).as_str()), (text, word), "{json}");
        }
    }
}
