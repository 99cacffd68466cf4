//! BSON's types: MongoDB's own names for them, and the word that is the same for all sources.

use catalog::DataType;
use mongodb::bson::RawBsonRef;
use mongodb::bson::spec::BinarySubtype;

/// The name of a value's type, as `$type` has it; UUIDs apart from other bytes.
pub(super) fn name_of(value: RawBsonRef<'_>) -> &'static str {
    match value {
        RawBsonRef::Double(_) => "double",
        RawBsonRef::String(_) => "string",
        RawBsonRef::Array(_) => "array",
        RawBsonRef::Document(_) => "object",
        RawBsonRef::Boolean(_) => "bool",
        RawBsonRef::Null | RawBsonRef::Undefined => "null",
        RawBsonRef::RegularExpression(_) => "regex",
        RawBsonRef::JavaScriptCode(_) => "javascript",
        RawBsonRef::JavaScriptCodeWithScope(_) => "javascriptWithScope",
        RawBsonRef::Int32(_) => "int",
        RawBsonRef::Int64(_) => "long",
        RawBsonRef::Timestamp(_) => "timestamp",
        RawBsonRef::Binary(binary) if matches!(binary.subtype, BinarySubtype::Uuid | BinarySubtype::UuidOld) => "uuid",
        RawBsonRef::Binary(_) => "binData",
        RawBsonRef::ObjectId(_) => "objectId",
        RawBsonRef::DateTime(_) => "date",
        RawBsonRef::Symbol(_) => "symbol",
        RawBsonRef::Decimal128(_) => "decimal",
        RawBsonRef::MaxKey => "maxKey",
        RawBsonRef::MinKey => "minKey",
        RawBsonRef::DbPointer(_) => "dbPointer",
    }
}

/// The name of a type that a validator declares, in `bsonType`'s words or in those of JSON Schema's `type`.
pub(super) fn declared(word: &str) -> Option<&'static str> {
    const NAMES: [&str; 22] = [
        "double",
        "string",
        "object",
        "array",
        "binData",
        "objectId",
        "bool",
        "date",
        "null",
        "regex",
        "dbPointer",
        "javascript",
        "symbol",
        "javascriptWithScope",
        "int",
        "timestamp",
        "long",
        "decimal",
        "minKey",
        "maxKey",
        "number",
        "uuid",
    ];
    match word {
        "boolean" => Some("bool"),
        "integer" => Some("long"),
        _ => NAMES.into_iter().find(|name| *name == word),
    }
}

/// The word for a type.
pub(super) fn word(name: &str) -> DataType {
    match name {
        "double" => DataType::Float,
        "string" | "objectId" | "symbol" | "regex" | "javascript" => DataType::String,
        "array" => DataType::Array,
        "object" => DataType::Struct,
        "bool" => DataType::Boolean,
        "int" | "long" => DataType::Integer,
        "date" | "timestamp" => DataType::TimestampTz,
        "uuid" => DataType::Uuid,
        "binData" => DataType::Binary,
        "decimal" | "number" => DataType::Decimal,
        _ => DataType::Other,
    }
}

/// The word for a field of several types, null left aside: numbers widen, anything else that is mixed has no word.
pub(super) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> DataType {
    let mut all = names.filter(|name| *name != "null").map(word);
    let Some(first) = all.next() else { return DataType::Other };
    all.fold(first, |one, other| match (one, other) {
        _ if one == other => one,
        (DataType::Integer, DataType::Float) | (DataType::Float, DataType::Integer) => DataType::Float,
        (DataType::Decimal, DataType::Integer | DataType::Float) | (DataType::Integer | DataType::Float, DataType::Decimal) => {
            DataType::Decimal
        }
        _ => DataType::Other,
    })
}

/// A whole number, in whichever of the number types it came.
pub(super) fn whole(value: RawBsonRef<'_>) -> Option<i64> {
    match value {
        RawBsonRef::Int32(number) => Some(number.into()),
        RawBsonRef::Int64(number) => Some(number),
        #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
        RawBsonRef::Double(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(number as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_types() {
        for (names, wanted) in [
            (&["int", "long"][..], "integer"),
            (&["int", "double", "null"], "float"),
            (&["decimal", "double", "int"], "decimal"),
            (&["int", "string"], "other"),
            (&["string", "objectId"], "string"),
            (&["null"], "other"),
            (&[], "other"),
            (&["date"], "timestamp_tz"),
            (&["object"], "struct"),
        ] {
            assert_eq!(joined(names.iter().copied()).as_str(), wanted, "{names:?}");
        }
        assert_eq!((declared("boolean"), declared("bsonX"), declared("long")), (Some("bool"), None, Some("long")));
    }
}
