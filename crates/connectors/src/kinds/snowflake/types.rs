//! Types as `information_schema` and SHOW have them, brought to one spelling.

use catalog::DataType as T;
use serde::Deserialize;

/// A type with what is said of its size.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Type {
    /// The word.
    #[serde(rename = "type", default)]
    pub(super) name: String,
    /// Characters of a text, bytes of a binary.
    pub(super) length: Option<i64>,
    /// Digits of a number.
    pub(super) precision: Option<i64>,
    /// Digits of a number behind the point.
    pub(super) scale: Option<i64>,
}

impl Type {
    /// The type as SHOW prints it: JSON.
    pub(super) fn shown(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_else(|_| Self { name: json.to_owned(), ..Self::default() })
    }

    /// The name that one would write: the same, whichever statement told of it. What only one of them tells (the digits of a
    /// second, what a vector holds) is left out.
    pub(super) fn native(&self) -> String {
        let upper = self.name.trim().to_ascii_uppercase();
        let sized = |name: &str, size: Option<i64>| size.map_or_else(|| name.to_owned(), |size| format!("{name}({size})"));
        match upper.as_str() {
            "FIXED" | "NUMBER" | "DECIMAL" | "NUMERIC" => match (self.precision, self.scale) {
                (Some(precision), scale) => format!("NUMBER({precision},{})", scale.unwrap_or_default()),
                _ => "NUMBER".to_owned(),
            },
            "REAL" | "DOUBLE" | "DOUBLE PRECISION" | "FLOAT" => "FLOAT".to_owned(),
            "TEXT" | "STRING" | "CHAR" | "VARCHAR" => sized("VARCHAR", self.length),
            "BINARY" | "VARBINARY" => sized("BINARY", self.length),
            _ => upper,
        }
    }

    /// The word for it that is the same for all sources.
    pub(super) fn normal(&self) -> T {
        match self.native().split('(').next().unwrap_or_default() {
            "NUMBER" if self.scale.unwrap_or_default() == 0 => T::Integer,
            "NUMBER" | "DECFLOAT" => T::Decimal,
            "FLOAT" => T::Float,
            "VARCHAR" => T::String,
            "BINARY" => T::Binary,
            "BOOLEAN" => T::Boolean,
            "DATE" => T::Date,
            "TIME" => T::Time,
            "TIMESTAMP_NTZ" | "DATETIME" | "TIMESTAMP" => T::Timestamp,
            "TIMESTAMP_LTZ" | "TIMESTAMP_TZ" => T::TimestampTz,
            "VARIANT" => T::Json,
            "OBJECT" => T::Struct,
            "MAP" => T::Map,
            "ARRAY" | "VECTOR" => T::Array,
            "GEOGRAPHY" | "GEOMETRY" => T::Geometry,
            _ => T::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_both_statements() {
        for (shown, listed, native, word) in [
            (
                r#"{"type":"FIXED","precision":38,"scale":0,"nullable":true}"#,
                ("NUMBER", None, Some(38), Some(0)),
                "NUMBER(38,0)",
                T::Integer,
            ),
            (r#"{"type":"FIXED","precision":10,"scale":2}"#, ("NUMBER", None, Some(10), Some(2)), "NUMBER(10,2)", T::Decimal),
            (r#"{"type":"REAL","nullable":true}"#, ("FLOAT", None, None, None), "FLOAT", T::Float),
            (r#"{"type":"TEXT","length":255,"byteLength":1020,"fixed":false}"#, ("TEXT", Some(255), None, None), "VARCHAR(255)", T::String),
            (
                r#"{"type":"BINARY","length":8388608,"byteLength":8388608}"#,
                ("BINARY", Some(8_388_608), None, None),
                "BINARY(8388608)",
                T::Binary,
            ),
            (r#"{"type":"TIMESTAMP_NTZ","precision":0,"scale":9}"#, ("TIMESTAMP_NTZ", None, None, None), "TIMESTAMP_NTZ", T::Timestamp),
            (r#"{"type":"TIMESTAMP_TZ","precision":0,"scale":9}"#, ("TIMESTAMP_TZ", None, None, None), "TIMESTAMP_TZ", T::TimestampTz),
            (r#"{"type":"TIME","precision":0,"scale":9}"#, ("TIME", None, None, None), "TIME", T::Time),
            (r#"{"type":"VECTOR","dimension":3}"#, ("VECTOR", None, None, None), "VECTOR", T::Array),
            (r#"{"type":"VARIANT"}"#, ("VARIANT", None, None, None), "VARIANT", T::Json),
            (r#"{"type":"GEOGRAPHY"}"#, ("GEOGRAPHY", None, None, None), "GEOGRAPHY", T::Geometry),
            (r#"{"type":"NEW_TYPE"}"#, ("NEW_TYPE", None, None, None), "NEW_TYPE", T::Other),
        ] {
            let (name, length, precision, scale) = listed;
            let listed = Type { name: name.to_owned(), length, precision, scale };
            for one in [Type::shown(shown), listed] {
                assert_eq!((one.native().as_str(), one.normal()), (native, word), "{shown}");
            }
        }
        assert_eq!(Type::shown("no JSON").normal(), T::Other);
    }
}
