//! A field of a mapping, and those in it: read under a cap, whatever else a mapping says passed over.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::rest::Scalar;

/// Fields by name, which is the order in which a cluster prints them.
pub(super) type Fields = BTreeMap<Box<str>, Field>;

/// Levels of objects in objects that are read. A cluster takes twenty, if nobody says otherwise; what is deeper is a document.
const DEPTH: u8 = 32;

/// How a field comes about, if documents do not hold it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// From documents.
    Document,
    /// It is computed when it is asked for: Elasticsearch's word.
    Runtime,
    /// The same in `OpenSearch`'s word.
    Derived,
}

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    /// The types it has: one, or several if indices behind an alias do not agree.
    pub(super) types: Vec<Box<str>>,
    pub(super) origin: Origin,
    /// Whether it is kept as it came, and nothing in it is known.
    pub(super) opaque: bool,
    /// The field that it is another name of, parts of the way to it joined by points.
    pub(super) target: Option<Box<str>>,
    /// Fields in it.
    pub(super) properties: Fields,
    /// The same value, kept in other ways: multi-fields.
    pub(super) others: Fields,
}

impl Field {
    pub(super) fn of(kind: &str) -> Self {
        Self {
            types: vec![kind.into()],
            origin: Origin::Document,
            opaque: false,
            target: None,
            properties: Fields::new(),
            others: Fields::new(),
        }
    }
}

/// How many fields may still be read of an index, and whether there were more.
pub(super) struct Cap {
    left: Cell<usize>,
    over: Cell<bool>,
}

impl Cap {
    pub(super) fn new(fields: usize) -> Self {
        Self { left: Cell::new(fields), over: Cell::new(false) }
    }

    /// Whether there were more.
    pub(super) fn is_over(&self) -> bool {
        self.over.get()
    }

    fn take(&self) -> bool {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.unwrap_or(0));
        self.over.set(self.over.get() || left.is_none());
        left.is_some()
    }
}

/// Reads fields by name.
#[derive(Clone, Copy)]
pub(super) struct FieldsSeed<'a> {
    pub(super) cap: &'a Cap,
    pub(super) depth: u8,
    pub(super) origin: Origin,
}

impl<'de> DeserializeSeed<'de> for FieldsSeed<'_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldsSeed<'_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fields by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::new();
        while let Some(name) = map.next_key::<Box<str>>()? {
            if self.cap.take() {
                fields.insert(name, map.next_value_seed(FieldSeed(self))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }
}

struct FieldSeed<'a>(FieldsSeed<'a>);

impl<'de> DeserializeSeed<'de> for FieldSeed<'_> {
    type Value = Field;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Field, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldSeed<'_> {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field, A::Error> {
        let Self(seed) = self;
        // An object says nothing of its type.
        let mut field = Field { origin: seed.origin, ..Field::of("object") };
        let inner = FieldsSeed { depth: seed.depth + 1, ..seed };
        while let Some(key) = map.next_key::<Box<str>>()? {
            match &*key {
                "type" => field.types = map.next_value::<Scalar>()?.into_text().into_iter().collect(),
                "path" => field.target = map.next_value::<Scalar>()?.into_text(),
                "enabled" => field.opaque |= is_false(map.next_value::<&serde_json::value::RawValue>()?.get()),
                "properties" if inner.depth < DEPTH => field.properties = map.next_value_seed(inner)?,
                // What a computed field of several values has.
                "fields" if inner.depth < DEPTH && seed.origin != Origin::Document => field.properties = map.next_value_seed(inner)?,
                "fields" if inner.depth < DEPTH => field.others = map.next_value_seed(inner)?,
                "properties" => {
                    field.opaque = true;
                    map.next_value::<IgnoredAny>()?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if field.opaque {
            field.properties.clear();
        }
        if field.types.is_empty() {
            field.types.push("unknown".into());
        }
        Ok(field)
    }
}

/// Booleans of a mapping come with quotes, too.
fn is_false(json: &str) -> bool {
    matches!(json, "false" | "\"false\"")
}
