//! Answers to the requests that list: whatever the request, in the form of the one that tells most.
//!
//! Members of lists are read one by one: what comes of them is bounded by what is kept, and nothing is kept of them but that.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::method::Method;
use super::rows::each;

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
    /// Its aliases, hidden ones too.
    #[serde(default)]
    pub(super) aliases: Option<Box<Members>>,
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

/// The answer to any of the requests.
pub(super) fn parse(method: Method, body: &[u8]) -> Option<Resolved> {
    if method == Method::Resolve {
        // A list would do for an object otherwise.
        return serde_json::from_slice(body).ok().filter(|_| body.trim_ascii_start().starts_with(b"{"));
    }
    let (mut indices, mut aliases) = (Vec::new(), BTreeMap::<_, Members>::new());
    each(method, body, |row| {
        for alias in row.aliases {
            aliases.entry(alias).or_default().0.insert(row.name.clone());
        }
        let attributes = Attributes { closed: row.closed, hidden: false };
        indices.push(Index { name: row.name, attributes, aliases: None, data_stream: None });
    })?;
    let aliases = aliases.into_iter().map(|(name, indices)| Alias { name, indices }).collect();
    Some(Resolved { indices, aliases, data_streams: Vec::new() })
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

/// Whether a name says that what has it is hidden.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}
