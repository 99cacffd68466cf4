//! From fields to columns.

use std::borrow::Cow;

use catalog::{Column, DataType, Generated, TableWriter};

use super::field::{Field, Fields, Origin};
use super::types::normalize;

/// Writes all fields, each before those in it. Returns the paths of those whose types differ, parts joined by points.
pub(super) fn write(fields: &Fields, table: &mut TableWriter) -> Vec<String> {
    let mut writer = Writer { root: fields, table, differ: Vec::new() };
    writer.level(fields, &mut Vec::new(), false);
    writer.differ
}

struct Writer<'a, 'b> {
    root: &'a Fields,
    table: &'b mut TableWriter,
    differ: Vec<String>,
}

/// As many paths as anybody reads.
const DIFFER: usize = 100;

impl<'a> Writer<'a, '_> {
    fn level(&mut self, fields: &'a Fields, path: &mut Vec<&'a str>, other: bool) {
        for (name, field) in fields {
            self.column(name, field, path, other);
            path.push(name);
            // What is an object in one index and a word in another is no object.
            if field.types.len() == 1 && !field.opaque {
                self.level(&field.properties, path, false);
            }
            self.level(&field.others, path, true);
            path.pop();
        }
    }

    fn column(&mut self, name: &str, field: &Field, path: &[&str], other: bool) {
        let (native_type, data_type) = match &field.types[..] {
            [one] if field.opaque => (Cow::Borrowed(&**one), DataType::Json),
            [one] => (Cow::Borrowed(&**one), self.data_type(field)),
            several => {
                if self.differ.len() < DIFFER {
                    self.differ.push([path, &[name]].concat().join("."));
                }
                (Cow::Owned(several.join(" | ")), DataType::String)
            }
        };
        let (generated, comment) = match (field.origin, &field.target) {
            (Origin::Runtime, _) => (Some(Generated::Virtual), Some(Cow::Borrowed("runtime field"))),
            (Origin::Derived, _) => (Some(Generated::Virtual), Some(Cow::Borrowed("derived field"))),
            (_, Some(target)) if field.is_alias() => (Some(Generated::Virtual), Some(Cow::Owned(format!("alias of {target}")))),
            _ if other => (Some(Generated::Stored), Some(Cow::Borrowed("multi-field"))),
            _ => (None, None),
        };
        let comment = comment.as_deref();
        self.table.column(Column { name, path, native_type: &native_type, data_type, nullable: true, default: None, generated, comment });
    }

    /// The type; that of an alias is the one of the field that it stands for.
    fn data_type(&self, field: &Field) -> DataType {
        match &field.target {
            Some(target) if field.is_alias() => match find(self.root, target) {
                Some(Field { types, .. }) if types.len() > 1 => DataType::String,
                Some(Field { types, opaque: false, .. }) if &*types[0] != ALIAS => normalize(&types[0]),
                _ => DataType::Other,
            },
            _ => normalize(&field.types[0]),
        }
    }
}

/// The type of a field that is another name of one.
const ALIAS: &str = "alias";

impl Field {
    fn is_alias(&self) -> bool {
        matches!(&self.types[..], [one] if &**one == ALIAS)
    }
}

/// The field at a path whose parts are joined by points; names may hold points themselves.
fn find<'a>(fields: &'a Fields, path: &str) -> Option<&'a Field> {
    fields.get(path).or_else(|| {
        path.match_indices('.').find_map(|(at, _)| {
            let field = fields.get(&path[..at])?;
            find(&field.properties, &path[at + 1..]).or_else(|| find(&field.others, &path[at + 1..]))
        })
    })
}
