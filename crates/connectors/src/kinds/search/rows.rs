//! Answers to the requests that tell less, one index at a time: who asks for a second list holds no more of it than what is new.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::method::Method;

/// An index, as such an answer has it.
pub(super) struct Row {
    pub(super) name: Box<str>,
    pub(super) closed: bool,
    /// Aliases that are not hidden.
    pub(super) aliases: BTreeSet<Box<str>>,
}

/// Calls `take` with every index of an answer to [`Method::Aliases`] or [`Method::Cat`]; none where it is no such answer.
pub(super) fn each(method: Method, body: &[u8], take: impl FnMut(Row)) -> Option<()> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    match method {
        Method::Resolve => return None,
        Method::Aliases => reader.deserialize_map(ByName(take)).ok()?,
        Method::Cat => reader.deserialize_seq(List(take)).ok()?,
    }
    reader.end().ok()
}

/// What `_alias` says of an index.
#[derive(Deserialize)]
struct Aliased {
    #[serde(default)]
    aliases: Shown,
}

/// The names of aliases that are not hidden.
#[derive(Default)]
struct Shown(BTreeSet<Box<str>>);

/// What is said of an alias.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    is_hidden: bool,
}

/// What `_cat/indices` says of an index.
#[derive(Deserialize)]
struct Line {
    index: Box<str>,
    #[serde(default)]
    status: Option<Box<str>>,
}

struct ByName<F>(F);

impl<'de, F: FnMut(Row)> Visitor<'de> for ByName<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("indices by name")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, Aliased { aliases: Shown(aliases) })) = map.next_entry()? {
            (self.0)(Row { name, closed: false, aliases });
        }
        Ok(())
    }
}

struct List<F>(F);

impl<'de, F: FnMut(Row)> Visitor<'de> for List<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of indices")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(Line { index, status }) = list.next_element()? {
            (self.0)(Row { name: index, closed: status.as_deref() == Some("close"), aliases: BTreeSet::new() });
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Shown;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shown, A::Error> {
                let mut names = BTreeSet::new();
                while let Some((name, Said { is_hidden })) = map.next_entry()? {
                    if !is_hidden {
                        names.insert(name);
                    }
                }
                Ok(Shown(names))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
