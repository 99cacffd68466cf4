//! The answer to a request for mappings: index by index, so that one is held at a time.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::field::{Cap, Fields, FieldsSeed, Origin};

/// Fields of one index that are read. A cluster takes a thousand, if nobody says otherwise.
pub(super) const FIELDS: usize = 20_000;

/// The mappings of the `wanted` indices in an answer, each as it came and once; none where there is nothing to read. What has come is
/// wanted no longer.
pub(super) fn by_index<'a, 'de>(body: &'de [u8], wanted: &mut BTreeSet<&'a str>) -> Option<Vec<(&'a str, &'de RawValue)>> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let all = reader.deserialize_map(ByIndex(wanted)).ok()?;
    reader.end().ok()?;
    Some(all)
}

struct ByIndex<'a, 'b>(&'b mut BTreeSet<&'a str>);

impl<'a, 'de> Visitor<'de> for ByIndex<'a, '_> {
    type Value = Vec<(&'a str, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mappings by index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            match self.0.take(&*name) {
                Some(name) => all.push((name, map.next_value()?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(all)
    }
}

/// What an index maps.
#[derive(Debug)]
pub(super) struct Mapping {
    pub(super) fields: Fields,
    /// Whether there are more fields than are read.
    pub(super) cut: bool,
}

/// Reads `{"mappings": {…}}`.
pub(super) fn read(raw: &RawValue) -> Option<Mapping> {
    let cap = Cap::new(FIELDS);
    let mut reader = serde_json::Deserializer::from_str(raw.get());
    let fields = IndexSeed(&cap).deserialize(&mut reader).ok()?;
    Some(Mapping { fields, cut: cap.is_over() })
}

/// An object of which one member matters.
struct IndexSeed<'a>(&'a Cap);

impl<'de> DeserializeSeed<'de> for IndexSeed<'_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for IndexSeed<'_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::new();
        while let Some(key) = map.next_key::<Box<str>>()? {
            if &*key == "mappings" {
                fields = map.next_value_seed(RootSeed(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }
}

/// The root of a mapping: its fields, and those that are computed, which hide others of the same name.
struct RootSeed<'a>(&'a Cap);

impl<'de> DeserializeSeed<'de> for RootSeed<'_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RootSeed<'_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let (mut fields, mut computed) = (Fields::new(), Fields::new());
        let seed = FieldsSeed { cap: self.0, depth: 0, origin: Origin::Document };
        while let Some(key) = map.next_key::<Box<str>>()? {
            match &*key {
                "properties" => fields = map.next_value_seed(seed)?,
                "runtime" => computed.extend(map.next_value_seed(FieldsSeed { origin: Origin::Runtime, ..seed })?),
                "derived" => computed.extend(map.next_value_seed(FieldsSeed { origin: Origin::Derived, ..seed })?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        fields.extend(computed);
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn fields(json: &str) -> Option<Mapping> {
        read(&RawValue::from_string(format!(r#"{{"mappings":{json}}}"#)).expect("JSON"))
    }

    #[test]
    fn fields_of_all_sorts() {
        let Mapping { fields: all, cut } = fields(
            r#"{"dynamic":"strict","_meta":{"properties":{"x":{}}},"properties":{"a":{"type":"text","fields":{"raw":{"type":"keyword"}}},
                "o":{"properties":{"b":{"type":"long","meta":{"unit":"ms"}}}},"e":{"type":"object","enabled":"false","properties":{"x":{}}},
                "other":{"type":"alias","path":"o.b"},"odd":{"type":7},"hidden":{"type":"long"}},"runtime":{"hidden":{"type":"keyword","script":{"source":"x"}}}}"#,
        )
        .expect("a mapping");
        assert!(!cut);
        assert_eq!(all.keys().map(|name| &**name).collect::<Vec<_>>(), ["a", "e", "hidden", "o", "odd", "other"]);
        assert_eq!(&*all["a"].others["raw"].types[0], "keyword");
        assert_eq!((&*all["o"].types[0], &*all["o"].properties["b"].types[0]), ("object", "long"));
        assert!(all["e"].opaque && all["e"].properties.is_empty());
        assert_eq!((&*all["odd"].types[0], all["other"].target.as_deref()), ("unknown", Some("o.b")));
        assert_eq!((&*all["hidden"].types[0], all["hidden"].origin), ("keyword", Origin::Runtime));
        let derived = fields(r#"{"derived":{"d":{"type":"keyword","script":{"source":"x"}}}}"#).expect("a mapping").fields;
        assert_eq!(derived["d"].origin, Origin::Derived);
        assert!(fields("{}").expect("a mapping").fields.is_empty());
        assert!(fields("[]").is_none() && fields(r#"{"properties":[]}"#).is_none());
    }

    /// Threat R6: neither many fields nor deep ones cost more than is given for them.
    #[test]
    fn r6_many_and_deep() {
        let mut many = String::from(r#"{"properties":{"#);
        for n in 0..100_000 {
            let _ = write!(many, r#""f{n}":{{"type":"long"}},"#);
        }
        many.push_str(r#""last":{}}}"#);
        let mapping = fields(&many).expect("a mapping");
        assert_eq!((mapping.fields.len(), mapping.cut), (FIELDS, true));
        // Beyond what is read, but within what can be parsed.
        let levels = 40;
        let text = format!("{}{{}}{}", r#"{"properties":{"a":"#.repeat(levels), "}}".repeat(levels));
        let mapping = fields(&text).expect("a mapping");
        let (mut at, mut depth) = (&mapping.fields["a"], 1);
        while let Some(inner) = at.properties.get("a") {
            (at, depth) = (inner, depth + 1);
        }
        assert!(at.opaque && depth == 32, "{depth}");
        // What is passed over costs no stack.
        assert!(fields(&format!("{}{{}}{}", r#"{"properties":{"a":"#.repeat(100_000), "}}".repeat(100_000))).is_some());
    }

    #[test]
    fn index_by_index() {
        let body = br#"{"a":{"mappings":{}},"other":{},"b":{"mappings":{"properties":{}}},"a":7}"#;
        let mut wanted = BTreeSet::from(["a", "b", "c"]);
        let all = by_index(body, &mut wanted).expect("mappings");
        assert_eq!(all.iter().map(|(name, raw)| (*name, raw.get().len())).collect::<Vec<_>>(), [("a", 15), ("b", 30)]);
        assert_eq!(wanted, BTreeSet::from(["c"]), "what was not there");
        for wrong in ["", "[]", "{\"a\":", "{} x", "<html>"] {
            assert!(by_index(wrong.as_bytes(), &mut BTreeSet::new()).is_none(), "{wrong}");
        }
    }
}
