//! Answers to the requests that list: whatever the request, in the form of the one that tells most.
//!
//! Members of lists are read one by one: what comes of them is bounded by what is kept, and nothing is kept of them but that.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::method::Method;

#[derive(Deserialize)]
pub(super) struct Resolved {
    #[serde(default)]
    pub(super) indices: Vec<Index>,
    #[serde(default)]
    pub(super) aliases: Vec<Alias>,
    #[serde(default)]
    pub(super) data_streams: Vec<DataStream>,
}

#[derive(Deserialize)]
pub(super) struct Index {
    pub(super) name: Box<str>,
    #[serde(default)]
    pub(super) attributes: Attributes,
    /// The stream that it is a part of.
    #[serde(default)]
    pub(super) data_stream: Option<IgnoredAny>,
}

/// Those of an index that matter.
#[derive(Default, Clone, Copy)]
pub(super) struct Attributes {
    pub(super) hidden: bool,
    pub(super) closed: bool,
}

#[derive(Deserialize)]
pub(super) struct Alias {
    pub(super) name: Box<str>,
    #[serde(default)]
    pub(super) indices: Members,
}

#[derive(Deserialize)]
pub(super) struct DataStream {
    pub(super) name: Box<str>,
    #[serde(default)]
    pub(super) backing_indices: Members,
}

/// Names of indices. One stands without a list.
#[derive(Default)]
pub(super) struct Members(pub(super) BTreeSet<Box<str>>);

/// The names of an object's members.
#[derive(Default)]
struct Keys(BTreeSet<Box<str>>);

#[derive(Deserialize)]
struct Aliased {
    #[serde(default)]
    aliases: Keys,
}

#[derive(Deserialize)]
struct Row {
    index: Box<str>,
    #[serde(default)]
    status: Option<Box<str>>,
}

/// The answer to any of the requests.
pub(super) fn parse(method: Method, body: &[u8]) -> Option<Resolved> {
    let index = |name: Box<str>, closed: bool| Index { name, attributes: Attributes { closed, hidden: false }, data_stream: None };
    match method {
        // A list would do for an object otherwise.
        Method::Resolve => serde_json::from_slice(body).ok().filter(|_| body.trim_ascii_start().starts_with(b"{")),
        Method::Aliases => {
            let all: BTreeMap<Box<str>, Aliased> = serde_json::from_slice(body).ok()?;
            let mut aliases: BTreeMap<Box<str>, Members> = BTreeMap::new();
            let mut indices = Vec::new();
            for (name, Aliased { aliases: Keys(keys) }) in all {
                for alias in keys {
                    aliases.entry(alias).or_default().0.insert(name.clone());
                }
                indices.push(index(name, false));
            }
            let aliases = aliases.into_iter().map(|(name, indices)| Alias { name, indices }).collect();
            Some(Resolved { indices, aliases, data_streams: Vec::new() })
        }
        Method::Cat => {
            let rows: Vec<Row> = serde_json::from_slice(body).ok()?;
            let indices = rows.into_iter().map(|row| index(row.index, row.status.as_deref() == Some("close"))).collect();
            Some(Resolved { indices, aliases: Vec::new(), data_streams: Vec::new() })
        }
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("words")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Attributes, A::Error> {
                let mut found = Attributes::default();
                while let Some(word) = seq.next_element::<Cow<'_, str>>()? {
                    found.hidden |= word == "hidden";
                    found.closed |= word == "closed";
                }
                Ok(found)
            }
        }
        deserializer.deserialize_seq(Words)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or names")
            }

            fn visit_str<E>(self, name: &str) -> Result<Members, E> {
                Ok(Members(BTreeSet::from([name.into()])))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Members, A::Error> {
                let mut names = BTreeSet::new();
                while let Some(name) = seq.next_element()? {
                    names.insert(name);
                }
                Ok(Members(names))
            }
        }
        deserializer.deserialize_any(Names)
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut names = BTreeSet::new();
                while let Some((name, _)) = map.next_entry::<_, IgnoredAny>()? {
                    names.insert(name);
                }
                Ok(Keys(names))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
