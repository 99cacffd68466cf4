//! What a collection's validator declares: the part of JSON Schema that names fields and their types.

use mongodb::bson::{RawBsonRef, RawDocument};

use super::fields::{Field, Room};
use super::types::declared;

/// Deeper schemas declare nothing more.
const DEPTH: usize = 20;

/// Takes the declarations of `{$jsonSchema: …}`.
pub(super) fn declare(validator: &RawDocument, root: &mut Field, room: &mut Room) {
    if let Ok(schema) = validator.get_document("$jsonSchema") {
        object(schema, root, room, 0);
    }
}

fn object(schema: &RawDocument, field: &mut Field, room: &mut Room, depth: usize) {
    let required: Vec<&str> =
        schema.get_array("required").ok().into_iter().flatten().map_while(Result::ok).filter_map(RawBsonRef::as_str).collect();
    let Ok(properties) = schema.get_document("properties") else { return };
    for (name, property) in properties.into_iter().map_while(Result::ok) {
        let RawBsonRef::Document(property) = property else { continue };
        let name = name.as_str();
        if let Some(child) = field.child(name, room) {
            child.required = required.contains(&name);
            value(property, child, room, depth + 1);
        }
    }
}

fn value(schema: &RawDocument, field: &mut Field, room: &mut Room, depth: usize) {
    for key in ["bsonType", "type"] {
        match schema.get(key) {
            Ok(Some(RawBsonRef::String(word))) => field.declared.extend(declared(word)),
            Ok(Some(RawBsonRef::Array(words))) => {
                let words = words.into_iter().map_while(Result::ok).filter_map(RawBsonRef::as_str);
                field.declared.extend(words.filter_map(declared));
            }
            _ => {}
        }
    }
    field.comment = schema.get_str("description").ok().filter(|text| !text.is_empty()).map(str::to_owned);
    if depth >= DEPTH {
        return;
    }
    object(schema, field, room, depth);
    if let Ok(items) = schema.get_document("items") {
        value(items, field.elements.get_or_insert_default(), room, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{RawDocumentBuf, doc};

    use super::super::fields::Fields;
    use super::*;

    #[test]
    fn a_validator() {
        let validator = doc! {"$jsonSchema": {
            "bsonType": "object", "required": ["name", "tags"],
            "properties": {
                "name": {"bsonType": "string", "description": "who"},
                "age": {"bsonType": ["int", "null"]},
                "tags": {"type": "array", "items": {"bsonType": "object", "properties": {"k": {"type": "boolean"}}}},
                "any": {}, "odd": 1,
            }
        }};
        let mut fields = Fields::default();
        let validator = RawDocumentBuf::try_from(&validator).expect("a document");
        fields.declare(|root, room| declare(&validator, root, room));
        let at = |name: &str| &fields.root.inside[name];
        assert_eq!((at("name").names(), at("name").required, at("name").comment.as_deref()), (vec!["string"], true, Some("who")));
        assert_eq!((at("age").names(), at("age").declared.contains("null")), (vec!["int"], true));
        assert_eq!(at("tags").elements.as_ref().expect("items").inside["k"].names(), ["bool"]);
        assert!(at("any").names().is_empty() && !fields.root.inside.contains_key("odd"));
    }
}
