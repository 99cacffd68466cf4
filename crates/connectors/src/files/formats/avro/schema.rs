//! An Avro schema as columns. Types may refer to others by name, and to themselves.

use std::collections::HashMap;

use catalog::DataType as T;
use serde_json::Value;

use super::super::super::fault::FileFault;
use super::super::super::inferred::{Field, FileLimits};

/// A schema while it is walked through.
pub(super) struct Schema<'a> {
    limits: &'a FileLimits,
    /// Types by their full names, with the namespace that names in them are of.
    named: HashMap<String, &'a Value>,
    /// The records that are being walked through.
    within: Vec<String>,
    /// Fields so far: types that refer to others twice each grow without bounds.
    fields: usize,
    /// Whether a type refers to itself.
    pub(super) recursive: bool,
}

/// What a type comes to.
struct Found {
    native: String,
    data_type: T,
    nullable: bool,
    fields: Vec<Field>,
}

impl Found {
    fn of(native: impl Into<String>, data_type: T) -> Self {
        Self { native: native.into(), data_type, nullable: false, fields: Vec::new() }
    }
}

impl<'a> Schema<'a> {
    pub(super) fn new(limits: &'a FileLimits) -> Self {
        Self { limits, named: HashMap::new(), within: Vec::new(), fields: 0, recursive: false }
    }

    /// The columns: the fields of the outermost record, or one column of what is no record.
    pub(super) fn columns(&mut self, schema: &'a Value) -> Result<Vec<Field>, FileFault> {
        let found = self.read(schema, "", 0)?;
        if found.data_type == T::Struct {
            return Ok(found.fields);
        }
        Ok(vec![field("value", found)])
    }

    fn read(&mut self, schema: &'a Value, namespace: &str, depth: usize) -> Result<Found, FileFault> {
        if depth > self.limits.depth {
            return Err(FileFault::TooDeep);
        }
        match schema {
            Value::String(name) => self.by_name(name, namespace, depth),
            Value::Array(members) => self.union(members, namespace, depth),
            Value::Object(members) => match &schema["type"] {
                Value::String(kind) => match kind.as_str() {
                    "record" | "error" | "enum" | "fixed" => self.definition(schema, kind, namespace, depth),
                    "array" => {
                        let item = self.read(&schema["items"], namespace, depth + 1)?;
                        Ok(Found { fields: item.fields, ..Found::of(format!("array<{}>", item.native), T::Array) })
                    }
                    "map" => {
                        let value = self.read(&schema["values"], namespace, depth + 1)?;
                        Ok(Found { fields: value.fields, ..Found::of(format!("map<string,{}>", value.native), T::Map) })
                    }
                    name => {
                        match members.get("logicalType").and_then(Value::as_str).and_then(|logical| of_logical(logical, name, schema)) {
                            Some(found) => Ok(found),
                            None => self.by_name(name, namespace, depth),
                        }
                    }
                },
                inner @ (Value::Object(_) | Value::Array(_)) => self.read(inner, namespace, depth + 1),
                _ => Err(FileFault::Malformed),
            },
            _ => Err(FileFault::Malformed),
        }
    }

    fn by_name(&mut self, name: &str, namespace: &str, depth: usize) -> Result<Found, FileFault> {
        let data_type = match name {
            "null" => return Ok(Found { nullable: true, ..Found::of("null", T::Other) }),
            "boolean" => T::Boolean,
            "int" | "long" => T::Integer,
            "float" | "double" => T::Float,
            "bytes" => T::Binary,
            "string" => T::String,
            name => {
                let full = full(name, namespace);
                if self.within.contains(&full) {
                    self.recursive = true;
                    return Ok(Found::of("record", T::Struct));
                }
                let schema = *self.named.get(&full).ok_or(FileFault::Malformed)?;
                let kind = schema["type"].as_str().unwrap_or_default();
                let space = full.rsplit_once('.').map_or("", |(space, _)| space);
                return self.definition(schema, kind, space, depth + 1);
            }
        };
        Ok(Found::of(name, data_type))
    }

    fn definition(&mut self, schema: &'a Value, kind: &str, namespace: &str, depth: usize) -> Result<Found, FileFault> {
        let name = schema["name"].as_str().ok_or(FileFault::Malformed)?;
        let full = full(name, schema["namespace"].as_str().unwrap_or(namespace));
        self.named.insert(full.clone(), schema);
        match kind {
            "enum" => return Ok(Found::of("enum", T::Enum)),
            "fixed" => {
                let logical = schema["logicalType"].as_str().and_then(|logical| of_logical(logical, "fixed", schema));
                return Ok(logical.unwrap_or_else(|| Found::of(format!("fixed({})", schema["size"].as_u64().unwrap_or(0)), T::Binary)));
            }
            _ => {}
        }
        let space = full.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
        self.within.push(full);
        let mut fields = Vec::new();
        for one in schema["fields"].as_array().ok_or(FileFault::Malformed)? {
            self.fields += 1;
            if self.fields > self.limits.columns {
                return Err(FileFault::TooWide);
            }
            let name = one["name"].as_str().ok_or(FileFault::Malformed)?;
            fields.push(field(name, self.read(&one["type"], &space, depth + 1)?));
        }
        self.within.pop();
        Ok(Found { fields, ..Found::of("record", T::Struct) })
    }

    /// A type beside null is that type, nullable. Several have no type in common.
    fn union(&mut self, members: &'a [Value], namespace: &str, depth: usize) -> Result<Found, FileFault> {
        let nullable = members.iter().any(|member| member == "null");
        let mut found = Vec::new();
        for member in members.iter().filter(|member| *member != "null") {
            self.fields += 1;
            if self.fields > self.limits.columns {
                return Err(FileFault::TooWide);
            }
            found.push(self.read(member, namespace, depth + 1)?);
        }
        if found.len() == 1 {
            return Ok(Found { nullable: nullable || found[0].nullable, ..found.remove(0) });
        }
        if found.is_empty() {
            return Ok(Found { nullable: true, ..Found::of("null", T::Other) });
        }
        let natives: Vec<_> = found.iter().map(|one| one.native.as_str()).collect();
        Ok(Found { nullable, ..Found::of(format!("union<{}>", natives.join(",")), T::Other) })
    }
}

fn field(name: &str, found: Found) -> Field {
    let Found { native, data_type, nullable, fields } = found;
    Field { fields, ..Field::new(name, native, data_type, nullable) }
}

fn full(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

/// What a type stands for; none if the word means nothing here, and then it is to be passed over.
fn of_logical(logical: &str, under: &str, schema: &Value) -> Option<Found> {
    let data_type = match (logical, under) {
        ("decimal", "bytes" | "fixed") => {
            let (precision, scale) = (schema["precision"].as_u64()?, schema["scale"].as_u64().unwrap_or(0));
            return Some(Found::of(format!("decimal({precision},{scale})"), T::Decimal));
        }
        ("date", "int") => T::Date,
        ("time-millis", "int") | ("time-micros", "long") => T::Time,
        ("timestamp-millis" | "timestamp-micros" | "timestamp-nanos", "long") => T::TimestampTz,
        ("local-timestamp-millis" | "local-timestamp-micros" | "local-timestamp-nanos", "long") => T::Timestamp,
        ("uuid", "string" | "fixed") => T::Uuid,
        ("duration", "fixed") => T::Interval,
        _ => return None,
    };
    Some(Found::of(logical, data_type))
}
