//! What values at one path of documents have in common, whatever the order in which they come.

use std::collections::HashMap;

use catalog::DataType;

use super::super::inferred::Field;
use super::super::lattice::Profile;

/// What was seen at one path.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// Values that are neither objects nor arrays.
    pub(super) scalar: Profile,
    /// Objects, and what they hold by key.
    members: Option<Members>,
    objects: u64,
    /// Arrays, and what they hold.
    item: Option<Box<Shape>>,
    /// How many times it was there.
    times: u64,
    /// The earliest place that it had in an object.
    position: usize,
}

#[derive(Debug, Clone)]
enum Members {
    Keys(HashMap<String, Shape>),
    /// More keys than names of fields would be: what is under any of them.
    Any(Box<Shape>),
}

impl Shape {
    /// An object is there.
    pub(super) fn object(&mut self) {
        self.members.get_or_insert_with(|| Members::Keys(HashMap::new()));
        self.objects += 1;
    }

    /// An array is there.
    pub(super) fn array(&mut self) {
        self.item.get_or_insert_default();
    }

    /// What the array that is there holds.
    pub(super) fn item(&mut self) -> &mut Self {
        self.item.get_or_insert_default()
    }

    /// What is under a key of the object that is there. More than `keys` of them are one map, or, in a `row`, none is given.
    pub(super) fn member(&mut self, key: &str, position: usize, keys: usize, row: bool) -> Option<&mut Self> {
        let members = self.members.get_or_insert_with(|| Members::Keys(HashMap::new()));
        if let Members::Keys(known) = members
            && known.len() >= keys
            && !known.contains_key(key)
        {
            if row {
                return None;
            }
            let mut any = Self::default();
            for (_, shape) in known.drain() {
                any.join(shape, keys);
            }
            *members = Members::Any(Box::new(any));
        }
        match members {
            Members::Any(any) => Some(any),
            Members::Keys(known) => {
                if !known.contains_key(key) {
                    known.insert(key.to_owned(), Self { position, ..Self::default() });
                }
                let shape = known.get_mut(key)?;
                shape.times += 1;
                shape.position = shape.position.min(position);
                Some(shape)
            }
        }
    }

    fn join(&mut self, other: Self, keys: usize) {
        self.scalar.join(other.scalar);
        self.objects += other.objects;
        if let Some(item) = other.item {
            self.item().join(*item, keys);
        }
        match other.members {
            None => {}
            Some(Members::Any(any)) => {
                let mut all = *any;
                if let Some(Members::Keys(known)) = self.members.take_if(|m| matches!(m, Members::Keys(_))) {
                    for shape in known.into_values() {
                        all.join(shape, keys);
                    }
                }
                match &mut self.members {
                    Some(Members::Any(mine)) => mine.join(all, keys),
                    mine => *mine = Some(Members::Any(Box::new(all))),
                }
            }
            Some(Members::Keys(known)) => {
                self.members.get_or_insert_with(|| Members::Keys(HashMap::new()));
                for (key, shape) in known {
                    if let Some(mine) = self.member(&key, shape.position, keys, false) {
                        mine.times += shape.times.saturating_sub(1);
                        mine.join(shape, keys);
                    }
                }
            }
        }
    }

    /// The fields of the objects, in the order of their earliest places.
    pub(super) fn fields(&self) -> Vec<Field> {
        let Some(Members::Keys(known)) = &self.members else { return Vec::new() };
        let mut all: Vec<_> = known.iter().collect();
        all.sort_by(|(a, one), (b, other)| (one.position, *a).cmp(&(other.position, *b)));
        all.into_iter().map(|(name, shape)| shape.field(name, shape.times < self.objects)).collect()
    }

    /// A field of this shape.
    pub(super) fn field(&self, name: &str, absent: bool) -> Field {
        let (scalar, null) = self.scalar.data_type();
        let null = null && (self.scalar != Profile::default());
        let nullable = absent || null;
        let scalar = scalar.filter(|_| self.scalar.any());
        match (scalar, &self.members, &self.item) {
            (None, Some(Members::Keys(_)), None) => {
                Field { fields: self.fields(), ..Field::new(name, "object", DataType::Struct, nullable) }
            }
            (None, Some(Members::Any(any)), None) => {
                let of = any.field(name, false);
                Field { fields: of.fields, ..Field::new(name, format!("map of {}", of.native), DataType::Map, nullable) }
            }
            (None, None, Some(item)) => {
                let of = item.field(name, false);
                Field { fields: of.fields, ..Field::new(name, format!("array of {}", of.native), DataType::Array, nullable) }
            }
            (found, None, None) => {
                // Nothing but nulls has no type of its own.
                Field::found(name, found, nullable)
            }
            _ => Field::new(name, "json", DataType::Json, nullable),
        }
    }
}
