//! JSON in which no key stands twice: which of the two is meant would be anybody's guess.

use std::cell::RefCell;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::reject::{JsonFault, Reject};

/// Reads a whole text.
pub(super) fn read(text: &[u8]) -> Result<Value, Reject> {
    let repeated = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    // serde_json stops at a depth of 128, before the stack does.
    let value = deserializer.deserialize_any(Strict { place: &Place::Top, repeated: &repeated });
    let read = value.and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        if let Some(path) = repeated.take() {
            return Reject::Repeated(path);
        }
        let fault = if error.to_string().starts_with("recursion limit") { JsonFault::Nesting } else { JsonFault::Syntax };
        Reject::Json { fault, line: error.line(), column: error.column() }
    })
}

/// Where a value stands; made into a path only when there is something to say of it.
enum Place<'a> {
    Top,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn path(&self) -> Vec<String> {
        let (before, last) = match self {
            Self::Top => return Vec::new(),
            Self::Member(before, key) => (before, (*key).to_owned()),
            Self::Item(before, index) => (before, index.to_string()),
        };
        let mut path = before.path();
        path.push(last);
        path
    }
}

struct Strict<'a> {
    place: &'a Place<'a>,
    /// The path of the key that stood twice.
    repeated: &'a RefCell<Option<Vec<String>>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let place = Place::Item(self.place, list.len());
            match items.next_element_seed(Strict { place: &place, repeated: self.repeated })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let place = Place::Member(self.place, &key);
            if map.contains_key(&key) {
                self.repeated.replace(Some(place.path()));
                return Err(A::Error::custom("a key stands twice"));
            }
            let value = members.next_value_seed(Strict { place: &place, repeated: self.repeated })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_json_reads_is_read_the_same() {
        let text = r#" {"a": [1, -2, 3.5, 1e400, 18446744073709551615, true, null, "é\n\u0041"], "b": {"a": {}}, "": []} "#;
        let plain = text.replace("1e400, ", "");
        assert_eq!(read(plain.as_bytes()).ok(), serde_json::from_str(&plain).ok());
        for wrong in [text, "", "{", "{}x", "{'a': 1}", "[1,]", "\u{feff}{}", "{\"a\" 1}"] {
            let error = serde_json::from_str::<Value>(wrong).expect_err(wrong);
            let expected = Reject::Json { fault: JsonFault::Syntax, line: error.line(), column: error.column() };
            assert_eq!(read(wrong.as_bytes()), Err(expected), "{wrong}");
        }
        let deep = "[".repeat(200);
        assert!(matches!(read(deep.as_bytes()), Err(Reject::Json { fault: JsonFault::Nesting, .. })));
    }

    #[test]
    fn a_key_that_stands_twice_is_told_with_its_path() {
        for (text, path) in [
            (r#"{"a": 1, "a": 1}"#, "a"),
            (r#"{"a": {"b": 1, "c": [0, {"d": 1, "e": 2, "d": 3}]}}"#, "a.c.1.d"),
            (r#"{"a": 1, "\u0061": 2}"#, "a"),
        ] {
            assert_eq!(read(text.as_bytes()), Err(Reject::Repeated(path.split('.').map(str::to_owned).collect())), "{text}");
        }
        assert!(read(br#"{"a": {"x": 1}, "b": {"x": 1}, "A": 1}"#).is_ok());
    }
}
