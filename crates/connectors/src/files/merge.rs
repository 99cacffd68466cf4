//! One table of many files, by the names of their columns.

use std::collections::HashMap;

use catalog::DataType;

use super::inferred::Field;
use super::lattice::join;

/// A column whose type differs between files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The path of the column, with points.
    pub(crate) column: String,
    /// A file of the one type and one of another.
    pub(crate) examples: [String; 2],
}

/// The table of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Merged {
    /// Its columns: those of the first file, then what others have beside them.
    pub(crate) fields: Vec<Field>,
    /// The columns whose type differs.
    pub(crate) differences: Vec<Difference>,
}

/// Merges the columns of files, given with their keys in any order: by name, missing is nullable, types are joined.
pub(crate) fn merge(files: &[(String, Vec<Field>)]) -> Merged {
    let mut sorted: Vec<_> = files.iter().map(|(key, fields)| (key.as_str(), fields.as_slice())).collect();
    sorted.sort_by_key(|(key, _)| *key);
    let mut differences = Vec::new();
    let fields = level(&sorted, "", &mut differences);
    Merged { fields, differences }
}

fn level(files: &[(&str, &[Field])], path: &str, differences: &mut Vec<Difference>) -> Vec<Field> {
    let mut order: Vec<&str> = Vec::new();
    let mut by_name: HashMap<&str, Vec<(&str, &Field)>> = HashMap::new();
    for (key, fields) in files {
        for field in *fields {
            let same = by_name.entry(&field.name).or_insert_with(|| {
                order.push(&field.name);
                Vec::new()
            });
            same.push((key, field));
        }
    }
    let one = |name: &&str| {
        let same = &by_name[*name];
        let column = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
        // A file without a value in it has nothing to say of the type.
        let seen: Vec<(&str, &Field)> = same.iter().filter(|(_, field)| !field.unseen).copied().collect();
        let seen = if seen.is_empty() { same } else { &seen };
        let (first_key, first) = seen[0];
        let other = seen.iter().find(|(_, field)| field.data_type != first.data_type);
        let inner: Vec<(&str, &[Field])> = same.iter().map(|(key, field)| (*key, field.fields.as_slice())).collect();
        let nullable = same.len() < files.len() || same.iter().any(|(_, field)| field.nullable);
        let (data_type, native) = match other {
            None => (first.data_type, first.native.clone()),
            Some((key, _)) => {
                differences.push(Difference { column: column.clone(), examples: [first_key.to_owned(), (*key).to_owned()] });
                let all = seen.iter().map(|(_, field)| Some(field.data_type)).reduce(join).flatten();
                let found = all.unwrap_or(DataType::String);
                (found, found.as_str().to_owned())
            }
        };
        let nested = matches!(data_type, DataType::Struct | DataType::Array | DataType::Map);
        let fields = if nested { level(&inner, &column, differences) } else { Vec::new() };
        Field { fields, unseen: first.unseen, ..Field::new(*name, native, data_type, nullable) }
    };
    order.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataType as T;

    fn field(name: &str, found: T) -> Field {
        Field::new(name, found.as_str(), found, false)
    }

    #[test]
    fn a_column_without_values_takes_any_type() {
        let unseen = || Field::found("n", None, true);
        let files = [("a".to_owned(), vec![unseen()]), ("b".to_owned(), vec![field("n", T::Integer)])];
        let merged = merge(&files);
        assert_eq!((merged.fields[0].data_type, merged.fields[0].nullable, merged.differences.len()), (T::Integer, true, 0));
        let merged = merge(&[("a".to_owned(), vec![unseen()]), ("b".to_owned(), vec![unseen()])]);
        assert_eq!((merged.fields[0].data_type, merged.fields[0].unseen), (T::String, true));
    }

    #[test]
    fn by_name_and_member_by_member() {
        let of = |fields: Vec<Field>| Field { fields, ..field("s", T::Struct) };
        let files = [
            ("b".to_owned(), vec![field("n", T::Float), of(vec![field("y", T::Date)]), field("t", T::Timestamp)]),
            ("a".to_owned(), vec![field("n", T::Integer), of(vec![field("x", T::String)]), field("t", T::Date), field("m", T::Boolean)]),
            ("c".to_owned(), vec![field("n", T::Integer), of(vec![]), field("t", T::Date), field("m", T::Integer)]),
        ];
        let merged = merge(&files);
        let found: Vec<_> = merged.fields.iter().map(|f| (f.name.as_str(), f.data_type, f.nullable)).collect();
        assert_eq!(found, [("n", T::Float, false), ("s", T::Struct, false), ("t", T::Timestamp, false), ("m", T::String, true)]);
        let inner: Vec<_> = merged.fields[1].fields.iter().map(|f| (f.name.as_str(), f.nullable)).collect();
        assert_eq!(inner, [("x", true), ("y", true)]);
        let told: Vec<_> = merged.differences.iter().map(|d| (d.column.as_str(), d.examples[0].as_str(), d.examples[1].as_str())).collect();
        assert_eq!(told, [("n", "a", "b"), ("t", "a", "b"), ("m", "a", "c")]);
        let backwards: Vec<_> = files.iter().rev().cloned().collect();
        assert_eq!(merge(&backwards), merged);
    }
}
