//! The union of several indices' fields: what an alias or a data stream shows.

use catalog::{ENTRY_BYTES, Hold};

use super::field::{Field, Fields};

/// What a field costs beside its names.
const FIELD_BYTES: usize = ENTRY_BYTES / 4;

/// Adds the fields of one more index, as far as `held` has room. Where types differ, all are noted.
pub(super) fn merge(into: &mut Fields, from: &Fields, held: &Hold) {
    // What is partial already is not worth the time.
    if !held.fitted() {
        return;
    }
    for (name, field) in from {
        match into.get_mut(name) {
            Some(known) => {
                for kind in &field.types {
                    if let Err(at) = known.types.binary_search(kind)
                        && held.takes(kind.len())
                    {
                        known.types.insert(at, kind.clone());
                    }
                }
                known.opaque |= field.opaque;
                merge(&mut known.properties, &field.properties, held);
                merge(&mut known.others, &field.others, held);
            }
            None if held.takes(FIELD_BYTES + name.len() + field.target.as_ref().map_or(0, |path| path.len())) => {
                let mut new = Field {
                    types: field.types.clone(),
                    target: field.target.clone(),
                    properties: Fields::new(),
                    others: Fields::new(),
                    ..*field
                };
                merge(&mut new.properties, &field.properties, held);
                merge(&mut new.others, &field.others, held);
                into.insert(name.clone(), new);
            }
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use catalog::Budget;

    use super::*;

    fn object(fields: Vec<(&str, Field)>) -> Field {
        Field { properties: fields.into_iter().map(|(name, field)| (name.into(), field)).collect(), ..Field::of("object") }
    }

    #[test]
    fn types_that_differ_are_all_noted_whatever_the_order() {
        let one = object(vec![("a", Field::of("long")), ("o", object(vec![("x", Field::of("date"))]))]).properties;
        let two =
            object(vec![("a", Field::of("keyword")), ("b", Field::of("text")), ("o", object(vec![("y", Field::of("date"))]))]).properties;
        for order in [[&one, &two], [&two, &one]] {
            let (mut all, held) = (Fields::new(), Budget::new(1 << 20).hold());
            for fields in order {
                merge(&mut all, fields, &held);
            }
            assert_eq!(all.keys().map(|name| &**name).collect::<Vec<_>>(), ["a", "b", "o"]);
            assert_eq!(all["a"].types.iter().map(|kind| &**kind).collect::<Vec<_>>(), ["keyword", "long"]);
            assert_eq!(all["o"].properties.len(), 2);
        }
        let (mut all, small) = (Fields::new(), Budget::new(600).hold());
        merge(&mut all, &two, &small);
        assert!(all.len() < 3 && !small.fitted());
    }
}
