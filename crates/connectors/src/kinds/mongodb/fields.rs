//! The fields of a collection as a tree: what its validator declares, what its sample showed, and what was known before,
//! one over the other.

use std::collections::{BTreeMap, BTreeSet};

use mongodb::bson::{RawArray, RawBsonRef, RawDocument};

use super::names::{MANY, is_data};
use super::types::name_of;

/// Fields of one collection, inner ones included.
const PATHS: usize = 500;

/// Deeper documents are documents, and no more is said of them.
const DEPTH: usize = 20;

/// Of an array so many elements are looked at.
const ELEMENTS: usize = 100;

/// Longer names are not looked at.
const NAME_BYTES: usize = 1_024;

/// One field, or what all elements of an array, or all values of a map, have in common.
#[derive(Debug, Default)]
pub(super) struct Field {
    /// How many documents had it.
    pub(super) present: u64,
    /// How many of its values were of each type, null being one.
    pub(super) types: BTreeMap<&'static str, u64>,
    /// The types that the validator allows.
    pub(super) declared: BTreeSet<&'static str>,
    /// Whether the validator wants it to be there.
    pub(super) required: bool,
    /// The types that it had the last time, null left aside.
    pub(super) known: BTreeSet<&'static str>,
    /// Whether it could be null the last time; none if it was not known.
    pub(super) known_nullable: Option<bool>,
    /// Whether it takes part of the room for fields: one that is known from before, and nothing more, does not.
    counted: bool,
    /// What the validator says of it.
    pub(super) comment: Option<String>,
    /// The fields of a document.
    pub(super) inside: BTreeMap<String, Field>,
    /// The elements of an array.
    pub(super) elements: Option<Box<Field>>,
    /// The values of a document whose keys are data.
    pub(super) values: Option<Box<Field>>,
}

/// All fields of a collection.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// The documents themselves.
    pub(super) root: Field,
    room: Room,
}

/// How many fields there may still be.
#[derive(Debug)]
pub(super) struct Room {
    left: usize,
    /// Whether a field was left out.
    cut: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self { left: PATHS, cut: false }
    }
}

impl Room {
    pub(super) fn takes(&mut self) -> bool {
        let takes = self.left > 0;
        if takes {
            self.left -= 1;
        } else {
            self.cut = true;
        }
        takes
    }
}

impl Fields {
    /// Takes another document of the sample. What of it is no BSON is not looked at.
    pub(super) fn add(&mut self, document: &RawDocument) {
        self.root.present += 1;
        *self.root.types.entry("object").or_default() += 1;
        self.root.document(document, 0, &mut self.room);
    }

    /// Lets a validator declare fields.
    pub(super) fn declare(&mut self, declare: impl FnOnce(&mut Field, &mut Room)) {
        declare(&mut self.root, &mut self.room);
    }

    /// Ends the sample: of what was known and is not seen any more, as much stays as there is room for.
    pub(super) fn settle(&mut self) {
        let mut over = self.root.count(|_| true).saturating_sub(PATHS);
        self.room.cut |= over > 0;
        self.root.forget(&mut over);
    }

    /// Whether there were more fields than are kept.
    pub(super) fn is_cut(&self) -> bool {
        self.room.cut
    }

    /// How many documents were seen.
    pub(super) fn documents(&self) -> u64 {
        self.root.present
    }
}

impl Field {
    /// The field of a name, if there is room for it.
    pub(super) fn child(&mut self, name: &str, room: &mut Room) -> Option<&mut Self> {
        if name.len() > NAME_BYTES {
            room.cut = true;
            return None;
        }
        if !self.inside.get(name).is_some_and(|field| field.counted) {
            if !room.takes() {
                return None;
            }
            self.inside.entry(name.to_owned()).or_default().counted = true;
        }
        self.inside.get_mut(name)
    }

    /// Gives fields up that are known from before, and nothing more, until `over` of them are gone.
    fn forget(&mut self, over: &mut usize) {
        for inner in [&mut self.elements, &mut self.values].into_iter().flatten() {
            inner.forget(over);
        }
        let names: Vec<_> = if *over > 0 { self.inside.keys().rev().cloned().collect() } else { Vec::new() };
        for name in names {
            let Some(field) = self.inside.get_mut(&name).filter(|_| *over > 0) else { return };
            field.forget(over);
            if *over > 0 && !field.counted && field.count(|_| true) == 0 {
                self.inside.remove(&name);
                *over -= 1;
            }
        }
    }

    fn document(&mut self, document: &RawDocument, depth: usize, room: &mut Room) {
        for (name, value) in document.into_iter().map_while(Result::ok) {
            let name = name.as_str();
            if depth > 0 && is_data(name) {
                if let Some(values) = &mut self.values {
                    values.value(value, depth, room);
                    continue;
                }
                let known = self.inside.contains_key(name);
                if let Some(field) = self.child(name, room) {
                    field.value(value, depth, room);
                }
                if !known {
                    self.become_map(room);
                }
            } else if let Some(field) = self.child(name, room) {
                field.value(value, depth, room);
            }
        }
    }

    fn value(&mut self, value: RawBsonRef<'_>, depth: usize, room: &mut Room) {
        self.present += 1;
        *self.types.entry(name_of(value)).or_default() += 1;
        match value {
            RawBsonRef::Document(document) if depth + 1 < DEPTH => self.document(document, depth + 1, room),
            RawBsonRef::Array(array) if depth + 1 < DEPTH => self.array(array, depth + 1, room),
            _ => {}
        }
    }

    fn array(&mut self, array: &RawArray, depth: usize, room: &mut Room) {
        let elements = self.elements.get_or_insert_default();
        for value in array.into_iter().map_while(Result::ok).take(ELEMENTS) {
            elements.value(value, depth, room);
        }
    }

    /// Over ten keys that are data and lead to values of the same types are one map.
    fn become_map(&mut self, room: &mut Room) {
        let data: Vec<_> = self.inside.iter().filter(|(name, field)| is_data(name) && field.declared.is_empty()).collect();
        let seen: Vec<_> = data.iter().map(|(_, field)| &field.types).filter(|types| !types.is_empty()).collect();
        if data.len() <= MANY || !seen.windows(2).all(|pair| pair[0].keys().eq(pair[1].keys())) {
            return;
        }
        let names: Vec<_> = data.into_iter().map(|(name, _)| name.clone()).collect();
        let mut values = Self::default();
        let counted = |field: &Self| field.counted;
        let before: usize =
            names.iter().filter_map(|name| self.inside.get(name)).map(|field| usize::from(field.counted) + field.count(counted)).sum();
        for name in names {
            if let Some(field) = self.inside.remove(&name) {
                values.absorb(field);
            }
        }
        room.left += before.saturating_sub(values.count(counted));
        self.values = Some(Box::new(values));
    }

    /// How many fields of a sort are in it.
    fn count(&self, of: fn(&Self) -> bool) -> usize {
        let inside = self.inside.values().map(|field| usize::from(of(field)) + field.count(of)).sum::<usize>();
        inside + [&self.elements, &self.values].into_iter().flatten().map(|field| field.count(of)).sum::<usize>()
    }

    fn absorb(&mut self, other: Self) {
        self.present += other.present;
        self.counted |= other.counted;
        self.known.extend(other.known);
        self.known_nullable = self.known_nullable.or(other.known_nullable);
        for (name, count) in other.types {
            *self.types.entry(name).or_default() += count;
        }
        for (name, field) in other.inside {
            self.inside.entry(name).or_default().absorb(field);
        }
        for (own, theirs) in [(&mut self.elements, other.elements), (&mut self.values, other.values)] {
            if let Some(theirs) = theirs {
                own.get_or_insert_default().absorb(*theirs);
            }
        }
    }

    /// Of what it may be: what is declared, or else what was seen, or else what it was before; null left aside.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let all: Vec<_> =
            if self.declared.is_empty() { self.types.keys().copied().collect() } else { self.declared.iter().copied().collect() };
        let names: Vec<_> = all.into_iter().filter(|name| *name != "null").collect();
        if names.is_empty() { self.known.iter().copied().collect() } else { names }
    }

    /// How many of its values are documents: those of which an inner field may be missing.
    pub(super) fn objects(&self) -> u64 {
        self.types.get("object").copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, RawDocumentBuf, doc};

    use super::*;

    fn of(documents: &[Document]) -> Fields {
        let mut fields = Fields::default();
        for document in documents {
            fields.add(&RawDocumentBuf::try_from(document).expect("a document"));
        }
        fields
    }

    #[test]
    fn shares_of_types_and_of_what_is_missing() {
        let fields = of(&[doc! {"a": 1, "b": null}, doc! {"a": 2_i64}, doc! {"a": "x", "b": 1.5}]);
        let a = &fields.root.inside["a"];
        assert_eq!((a.present, a.types.clone()), (3, [("int", 1), ("long", 1), ("string", 1)].into()));
        let b = &fields.root.inside["b"];
        assert_eq!((b.present, b.types.clone()), (2, [("double", 1), ("null", 1)].into()));
    }

    #[test]
    fn names_are_themselves() {
        let fields = of(&[doc! {"a.b": 1, "$x": 2, "": 3, "a": {"b": 4}}]);
        assert_eq!(fields.root.inside.keys().collect::<Vec<_>>(), ["", "$x", "a", "a.b"]);
    }

    #[test]
    fn arrays_show_their_first_hundred_elements() {
        let many: Vec<_> = (0..200).map(|n| doc! {"n": n}).collect();
        let fields = of(&[doc! {"list": many}]);
        assert_eq!(fields.root.inside["list"].elements.as_ref().expect("elements").inside["n"].present, 100);
    }

    /// Threat R4: keys without end are one map, and other names without end are cut.
    #[test]
    fn r4_keys_without_end() {
        let days: Document = (0..5_000).map(|n| (format!("2024-01-{n}"), mongodb::bson::Bson::from(doc! {"clicks": n}))).collect();
        let fields = of(&[doc! {"by_day": days, "after": 1}]);
        let by_day = &fields.root.inside["by_day"];
        assert!(by_day.inside.is_empty() && !fields.is_cut());
        assert_eq!(by_day.values.as_ref().expect("a map").inside["clicks"].present, 5_000);
        let names: Document = (0..5_000).map(|n| (format!("name{n}x"), mongodb::bson::Bson::Int32(n))).collect();
        let fields = of(&[names]);
        assert_eq!((fields.root.inside.len(), fields.is_cut()), (PATHS, true));
        let few: Document = (0..9).map(|n| (format!("{n}"), mongodb::bson::Bson::Int32(n))).collect();
        assert!(of(&[doc! {"few": few}]).root.inside["few"].values.is_none());
    }

    #[test]
    fn depth_has_an_end() {
        let mut deep = doc! {"end": 1};
        for _ in 0..90 {
            deep = doc! {"d": deep};
        }
        let fields = of(&[deep]);
        let (mut field, mut depth) = (&fields.root, 0);
        while let Some(inner) = field.inside.get("d") {
            (field, depth) = (inner, depth + 1);
        }
        assert_eq!(depth, DEPTH);
    }
}
