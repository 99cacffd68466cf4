//! Fields as columns: outer ones before inner ones, `_id` first, the others by name, so that the same collection reads the same.

use std::collections::BTreeMap;

use catalog::{Column, DataType, Seen, TableWriter};

use super::fields::{Field, Fields};
use super::types::{joined, word};

/// The part of a path that stands for any element of an array.
pub(super) const ELEMENT: &str = "[]";

/// The part of a path that stands for any value of a map.
pub(super) const VALUE: &str = "{}";

/// Writes all columns.
pub(super) fn write(fields: &Fields, table: &mut TableWriter) {
    table.sampled(fields.documents());
    write_inside(&fields.root, &mut Vec::new(), table);
    if fields.root.inside.contains_key("_id") {
        table.primary_key(&["_id"]);
    }
}

fn write_inside<'a>(field: &'a Field, path: &mut Vec<&'a str>, table: &mut TableWriter) {
    let of_root = path.is_empty();
    let first = field.inside.get_key_value("_id").filter(|_| of_root);
    let rest = field.inside.iter().filter(|(name, _)| !of_root || *name != "_id");
    for (name, child) in first.into_iter().chain(rest) {
        path.push(name);
        column(name, child, field.objects(), if of_root { &[] } else { path.as_slice() }, table);
        write_deeper(child, path, table);
        path.pop();
    }
}

/// What lies in a field: in its documents, in its elements, in its values.
fn write_deeper<'a>(field: &'a Field, path: &mut Vec<&'a str>, table: &mut TableWriter) {
    write_inside(field, path, table);
    for (part, inner) in [(ELEMENT, &field.elements), (VALUE, &field.values)] {
        if let Some(inner) = inner {
            path.push(part);
            write_deeper(inner, path, table);
            path.pop();
        }
    }
}

fn column(name: &str, field: &Field, parents: u64, path: &[&str], table: &mut TableWriter) {
    let native = native(field);
    let unseen = field.present == 0 && field.declared.is_empty();
    // Where no document could have had it, nothing was learnt.
    let before = field.known_nullable.filter(|_| unseen && parents == 0);
    let seen = field.declared.contains("null")
        || field.types.contains_key("null")
        || field.present < parents
        || (!field.required && field.present == 0)
        || field.names().is_empty();
    let column = Column {
        name,
        path,
        native_type: &native,
        data_type: data_type(field),
        nullable: before.unwrap_or(seen),
        default: None,
        generated: None,
        comment: field.comment.as_deref(),
    };
    let mut types: BTreeMap<&str, (DataType, u64)> = BTreeMap::new();
    for (name, count) in field.types.iter().filter(|(name, _)| **name != "null") {
        let word = word(name);
        types.entry(word.as_str()).or_insert((word, 0)).1 += count;
    }
    table.sampled_column(column, Seen { present: field.present, types: types.into_values().collect() });
}

fn data_type(field: &Field) -> DataType {
    match joined(field.names().into_iter()) {
        DataType::Struct if field.values.is_some() && field.inside.is_empty() => DataType::Map,
        // Nothing is known of its inside, or it lies too deep.
        DataType::Struct if field.inside.is_empty() => DataType::Json,
        word => word,
    }
}

/// MongoDB's names for its types, `int | string` where there are several.
fn native(field: &Field) -> String {
    let inner = |inner: &Option<Box<Field>>| inner.as_ref().map(|field| native(field));
    let names: Vec<_> = field
        .names()
        .into_iter()
        .map(|name| match name {
            "array" => inner(&field.elements).filter(|of| of != "null").map_or_else(|| name.to_owned(), |of| format!("array<{of}>")),
            "object" if field.inside.is_empty() => inner(&field.values).map_or_else(|| name.to_owned(), |of| format!("map<string, {of}>")),
            _ => name.to_owned(),
        })
        .collect();
    if names.is_empty() { "null".to_owned() } else { names.join(" | ") }
}
