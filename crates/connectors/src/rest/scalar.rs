//! A value of a server's JSON of which only what is small and wanted is kept.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Text, a whole number, or nothing: what else a server may send is passed over, and costs no memory.
pub(crate) enum Scalar {
    /// Text.
    Text(Box<str>),
    /// A whole number.
    Number(i64),
    /// Null, or a value of another sort.
    Nothing,
}

impl Scalar {
    /// The text, if it is one.
    pub(crate) fn into_text(self) -> Option<Box<str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Nothing => None,
        }
    }

    /// The number, whether or not it came in quotes.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Number(number) => Some(*number),
            Self::Nothing => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Scalar;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(number.try_into().map_or(Scalar::Nothing, Scalar::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Scalar, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_any_spelling() {
        for (json, text, number) in [
            ("7", None, Some(7)),
            ("\"7\"", Some("7"), Some(7)),
            ("-7", None, Some(-7)),
            ("18446744073709551615", None, None),
            ("\"x\"", Some("x"), None),
            ("1.5", None, None),
            ("null", None, None),
            ("true", None, None),
            ("[7, [7]]", None, None),
            ("{\"a\": {\"b\": 7}}", None, None),
        ] {
            let found: Scalar = serde_json::from_str(json).expect(json);
            assert_eq!((found.number(), found.into_text().as_deref()), (number, text), "{json}");
        }
    }
}
