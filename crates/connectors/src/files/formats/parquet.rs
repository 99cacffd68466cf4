//! Parquet: the schema at the beginning of the footer, and nothing of what comes after it.
//!
//! The footer is read by hand: its first two fields are the schema and the number of rows, so that neither the size of the
//! rest nor the depth of the schema costs anything.

mod thrift;
mod types;

use super::super::fault::FileFault;
use super::super::inferred::{Field, FileLimits, InferredTable};
use thrift::{Thrift, Wire};
use types::{Element, Logical, column_type};

use catalog::DataType;

/// What stands at both ends of a file.
pub(in super::super) const MAGIC: &[u8] = b"PAR1";
/// The same, where the footer is encrypted.
pub(in super::super) const ENCRYPTED: &[u8] = b"PARE";
/// The length of the footer and the magic word, at the end.
pub(in super::super) const TAIL: u64 = 8;

/// Which bytes of a file are its footer, by its last eight; of a longer one, as many as are read.
pub(in super::super) fn footer(tail: &[u8], size: u64, limits: &FileLimits) -> Result<std::ops::Range<u64>, FileFault> {
    let Some((length, magic)) = tail.split_first_chunk::<4>() else { return Err(FileFault::Truncated) };
    if magic == ENCRYPTED {
        return Err(FileFault::Encrypted);
    }
    if magic != MAGIC {
        return Err(FileFault::Truncated);
    }
    let length = u64::from(u32::from_le_bytes(*length));
    let start = (size - TAIL).checked_sub(length).filter(|start| *start >= 4).ok_or(FileFault::Malformed)?;
    Ok(start..start + length.min(limits.part))
}

/// The table of a footer, or of its beginning.
pub(in super::super) fn table(footer: &[u8], limits: &FileLimits) -> Result<InferredTable, FileFault> {
    let mut wire = Thrift::new(footer);
    let (mut elements, mut rows) = (Vec::new(), None);
    let mut id = 0;
    while let Some((field, kind)) = wire.field(&mut id)? {
        match (field, kind) {
            (2, Wire::List) => elements = schema(&mut wire, limits)?,
            (3, Wire::Integer) => {
                rows = u64::try_from(wire.zigzag()?).ok();
                break;
            }
            (..=3, _) => wire.skip(kind, 0)?,
            _ => break,
        }
    }
    let mut elements = elements.into_iter();
    let root = elements.next().ok_or(FileFault::Malformed)?;
    let mut fields = Vec::new();
    for _ in 0..root.children {
        fields.push(tree(&mut elements, 1, limits)?);
    }
    Ok(InferredTable { name: None, fields, rows, looked_at: 0 })
}

fn schema(wire: &mut Thrift<'_>, limits: &FileLimits) -> Result<Vec<Element>, FileFault> {
    let (count, _) = wire.list()?;
    // A list, and what it repeats, are elements of their own.
    if count > 4 * limits.columns {
        return Err(FileFault::TooWide);
    }
    let mut elements = Vec::new();
    for _ in 0..count {
        elements.push(Element::read(wire)?);
    }
    Ok(elements)
}

/// The next element with all below it.
fn tree(elements: &mut impl Iterator<Item = Element>, depth: usize, limits: &FileLimits) -> Result<Field, FileFault> {
    if depth > limits.depth {
        return Err(FileFault::TooDeep);
    }
    let element = elements.next().ok_or(FileFault::Malformed)?;
    let mut fields = Vec::new();
    for _ in 0..element.children {
        fields.push(tree(elements, depth + 1, limits)?);
    }
    let nullable = element.optional;
    let field = if element.children == 0 {
        let (native, data_type) = column_type(&element);
        Field::new(element.name.clone(), native, data_type, nullable)
    } else {
        match element.logical {
            // What a list repeats, and the one field that this holds, are no names that anybody gave.
            Logical::List if fields.len() == 1 => {
                let repeated = fields.remove(0);
                let item = if repeated.data_type == DataType::Array && repeated.fields.len() == 1 && repeated.native.contains("struct") {
                    repeated.fields.into_iter().next().unwrap_or_else(|| Field::new("", "", DataType::Other, true))
                } else {
                    Field { native: repeated.native.trim_start_matches("array<").trim_end_matches('>').to_owned(), ..repeated }
                };
                let native = format!("array<{}>", item.native);
                Field { fields: item.fields, ..Field::new(element.name.clone(), native, DataType::Array, nullable) }
            }
            Logical::Map if fields.len() == 1 => {
                let pair = fields.remove(0).fields;
                let of: Vec<_> = pair.iter().map(|field| field.native.clone()).collect();
                let value = pair.into_iter().nth(1);
                let fields = value.map(|value| value.fields).unwrap_or_default();
                Field { fields, ..Field::new(element.name.clone(), format!("map<{}>", of.join(",")), DataType::Map, nullable) }
            }
            _ => Field { fields, ..Field::new(element.name.clone(), "struct", DataType::Struct, nullable) },
        }
    };
    Ok(if element.repeated { Field { native: format!("array<{}>", field.native), data_type: DataType::Array, ..field } } else { field })
}
