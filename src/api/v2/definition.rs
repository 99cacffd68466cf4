//! The parts of a cached schema, as components of the document.

use catalog::{DataType, Generated, KeyKind, NoteCode, Partial, TableKind};
use serde_json::{Value, json};

use crate::api::openapi::{object, schema};

/// All of them.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let text = json!({"type": "string"});
    let names = json!({"type": "array", "items": text});
    let column = json!({
        "name": text,
        "path": {"type": "array", "items": text, "description": "The columns and fields that lead to a field inside of a column, outermost first."},
        "position": {"type": "integer"},
        "nativeType": {"type": "string", "description": "The type in the source's own words."},
        "type": words(DataType::ALL.iter().map(|one| one.as_str())),
        "nullable": {"type": "boolean"},
        "default": text,
        "generated": words(Generated::ALL.iter().map(|one| one.as_str())),
        "comment": text,
    });
    let place = json!({"catalog": text, "schema": text, "table": text, "columns": names});
    let definition = json!({
        "catalog": text,
        "schema": text,
        "table": text,
        "kind": words(TableKind::ALL.iter().map(|one| one.as_str())),
        "comment": text,
        "columns": {"type": "array", "items": schema("Column")},
        "primaryKey": names,
        "foreignKeys": {"type": "array", "items": schema("ForeignKey")},
        "keys": {"type": "array", "items": schema("Key")},
        "indexes": {"type": "array", "items": schema("Index")},
    });
    let summary = json!({
        "schemas": {"type": "array", "items": {"anyOf": [text, schema("Namespace")]}},
        "tables": {"type": "integer"},
        "columns": {"type": "integer"},
        "partial": {"type": "array", "items": words(Partial::ALL.iter().map(|one| one.as_str())), "description": "What was left out."},
        "notes": {"type": "array", "items": schema("Note"), "description": "Which corners were left out or replaced: the first hundred."},
        "notesTotal": {"type": "integer"},
    });
    let note = json!({"code": words(NoteCode::ALL.iter().map(|one| one.as_str())), "object": text, "text": text});
    let count = json!({"type": "integer"});
    let seen = json!({
        "position": {"type": "integer", "description": "The position of its column in the definition."},
        "present": {"type": "integer", "description": "In how many of the rows it was there: 0 if it is known from earlier samples."},
        "types": {"type": "object", "additionalProperties": count, "description": "How many of its values were of each type."},
    });
    let sample = json!({"rows": count, "fields": {"type": "array", "items": schema("FieldSample")}});
    vec![
        ("Column", object(&column, &["path", "default", "generated", "comment"])),
        ("ForeignKey", object(&json!({"columns": names, "references": schema("ForeignKeyTarget")}), &[])),
        ("ForeignKeyTarget", object(&place, &["catalog"])),
        ("Key", object(&json!({"kind": words(KeyKind::ALL.iter().map(|one| one.as_str())), "columns": names}), &[])),
        ("Index", object(&json!({"name": text, "columns": names, "unique": {"type": "boolean"}}), &[])),
        ("TableDefinition", object(&definition, &["catalog", "comment", "primaryKey", "foreignKeys", "keys", "indexes"])),
        ("Namespace", object(&json!({"catalog": text, "schema": text}), &[])),
        ("Note", object(&note, &[])),
        ("FieldSample", object(&seen, &[])),
        ("Sample", object(&sample, &[])),
        ("SchemaSummary", object(&summary, &["notes", "notesTotal"])),
    ]
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    json!({"type": "string", "enum": words.collect::<Vec<_>>()})
}
