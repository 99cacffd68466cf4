//! ORC: the types in the footer, and nothing of the stripes before it. The footer is read by hand.

mod packed;
mod wire;

use std::ops::Range;

use catalog::DataType as T;

use super::super::fault::FileFault;
use super::super::inferred::{Field, FileLimits, InferredTable};
use packed::unpacked;
use wire::{Value, Wire};

/// How a file begins.
pub(in super::super) const MAGIC: &[u8] = b"ORC";

/// Where a footer lies, and how it is packed.
pub(in super::super) struct Footer {
    pub(in super::super) range: Range<u64>,
    packing: u64,
}

/// Where the footer is, by the end of a file.
pub(in super::super) fn footer(end: &[u8], size: u64, limits: &FileLimits) -> Result<Footer, FileFault> {
    let (length, before) = end.split_last().ok_or(FileFault::Truncated)?;
    let script = before.len().checked_sub(usize::from(*length)).map(|at| &before[at..]).ok_or(FileFault::Truncated)?;
    if !script.ends_with(MAGIC) {
        return Err(FileFault::Truncated);
    }
    let (mut footer, mut packing) = (0, 0);
    let mut wire = Wire::new(script);
    while let Some((field, value)) = wire.next()? {
        match (field, value) {
            (1, Value::Number(n)) => footer = n,
            (2, Value::Number(n)) => packing = n,
            _ => {}
        }
    }
    let last = size - 1 - u64::from(*length);
    let start = last.checked_sub(footer).filter(|start| *start >= MAGIC.len() as u64).ok_or(FileFault::Malformed)?;
    if footer > limits.part {
        return Err(FileFault::TooLarge);
    }
    Ok(Footer { range: start..last, packing })
}

/// The table of a footer.
pub(in super::super) fn table(footer: &Footer, bytes: &[u8], limits: &FileLimits) -> Result<InferredTable, FileFault> {
    let bytes = unpacked(bytes, footer.packing, limits)?;
    let (mut types, mut rows) = (Vec::new(), None);
    let mut wire = Wire::new(&bytes);
    while let Some((field, value)) = wire.next()? {
        match (field, value) {
            (4, Value::Bytes(one)) => {
                if types.len() > limits.columns {
                    return Err(FileFault::TooWide);
                }
                types.push(Type::read(one, limits)?);
            }
            (6, Value::Number(n)) => rows = Some(n),
            _ => {}
        }
    }
    let root = types.first().ok_or(FileFault::Malformed)?;
    let fields = if root.kind == STRUCT { members(&types, 0, 1, limits)? } else { vec![read(&types, 0, "value", 1, limits)?] };
    Ok(InferredTable { name: None, fields, rows, looked_at: 0 })
}

const LIST: u64 = 10;
const MAP: u64 = 11;
const STRUCT: u64 = 12;

#[derive(Default)]
struct Type {
    kind: u64,
    children: Vec<usize>,
    names: Vec<String>,
    length: u64,
    precision: u64,
    scale: u64,
}

impl Type {
    fn read(bytes: &[u8], limits: &FileLimits) -> Result<Self, FileFault> {
        let mut this = Self::default();
        let mut wire = Wire::new(bytes);
        let number = |n: u64| usize::try_from(n).map_err(|_| FileFault::Malformed);
        while let Some((field, value)) = wire.next()? {
            match (field, value) {
                (1, Value::Number(n)) => this.kind = n,
                (2, Value::Number(n)) => this.children.push(number(n)?),
                (2, Value::Bytes(packed)) => {
                    let mut all = Wire::new(packed);
                    while let Some(n) = all.number()? {
                        this.children.push(number(n)?);
                    }
                }
                (3, Value::Bytes(name)) => this.names.push(String::from_utf8_lossy(name).into_owned()),
                (4, Value::Number(n)) => this.length = n,
                (5, Value::Number(n)) => this.precision = n,
                (6, Value::Number(n)) => this.scale = n,
                _ => {}
            }
            if this.children.len() > limits.columns || this.names.len() > limits.columns {
                return Err(FileFault::TooWide);
            }
        }
        Ok(this)
    }
}

fn members(types: &[Type], at: usize, depth: usize, limits: &FileLimits) -> Result<Vec<Field>, FileFault> {
    let Type { children, names, .. } = &types[at];
    let one = |(n, child): (usize, &usize)| {
        // What is below a type comes after it, and right after what is below the one before: so no type is reached twice.
        let least = n.checked_sub(1).map_or(at, |before| children[before]);
        if *child <= least || *child >= types.len() {
            return Err(FileFault::Malformed);
        }
        read(types, *child, names.get(n).map_or("", String::as_str), depth, limits)
    };
    children.iter().enumerate().map(one).collect()
}

/// A type as a field. There is no word of whether it may be null, so it may.
fn read(types: &[Type], at: usize, name: &str, depth: usize, limits: &FileLimits) -> Result<Field, FileFault> {
    if depth > limits.depth {
        return Err(FileFault::TooDeep);
    }
    let this = &types[at];
    let mut inner = members(types, at, depth + 1, limits)?;
    let native = |inner: &[Field]| inner.iter().map(|field| field.native.as_str()).collect::<Vec<_>>().join(",");
    let (native, data_type, fields) = match (this.kind, inner.len()) {
        (LIST, 1) => {
            let item = inner.remove(0);
            (format!("array<{}>", item.native), T::Array, item.fields)
        }
        (MAP, 2) => {
            let native = format!("map<{}>", native(&inner));
            (native, T::Map, inner.remove(1).fields)
        }
        (STRUCT, _) => ("struct".to_owned(), T::Struct, inner),
        (13, _) => (format!("uniontype<{}>", native(&inner)), T::Other, Vec::new()),
        (kind, 0) => {
            let (native, data_type) = scalar(kind).ok_or(FileFault::Malformed)?;
            let native = match kind {
                14 => format!("decimal({},{})", this.precision, this.scale),
                16 | 17 => format!("{native}({})", this.length),
                _ => native.to_owned(),
            };
            (native, data_type, Vec::new())
        }
        _ => return Err(FileFault::Malformed),
    };
    Ok(Field { fields, ..Field::new(name, native, data_type, true) })
}

fn scalar(kind: u64) -> Option<(&'static str, T)> {
    Some(match kind {
        0 => ("boolean", T::Boolean),
        1 => ("tinyint", T::Integer),
        2 => ("smallint", T::Integer),
        3 => ("int", T::Integer),
        4 => ("bigint", T::Integer),
        5 => ("float", T::Float),
        6 => ("double", T::Float),
        7 => ("string", T::String),
        8 => ("binary", T::Binary),
        9 => ("timestamp", T::Timestamp),
        14 => ("decimal", T::Decimal),
        15 => ("date", T::Date),
        16 => ("varchar", T::String),
        17 => ("char", T::String),
        18 => ("timestamp with local time zone", T::TimestampTz),
        _ => return None,
    })
}
