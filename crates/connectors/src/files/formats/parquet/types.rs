//! Elements of a schema, and their types.

use catalog::DataType;

use super::super::super::fault::FileFault;
use super::thrift::{Thrift, Wire};

/// What a column means, beyond how it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logical {
    None,
    String,
    Map,
    List,
    Enum,
    Decimal,
    Date,
    Time,
    Timestamp { utc: bool },
    Integer,
    Json,
    Bson,
    Uuid,
    Float16,
    Interval,
    Other,
}

/// One element of a schema.
pub(super) struct Element {
    pub(super) name: String,
    physical: Option<i64>,
    pub(super) optional: bool,
    pub(super) repeated: bool,
    pub(super) children: u32,
    pub(super) logical: Logical,
    precision: i64,
    scale: i64,
}

impl Element {
    /// Reads one.
    pub(super) fn read(wire: &mut Thrift<'_>) -> Result<Self, FileFault> {
        let mut this = Self {
            name: String::new(),
            physical: None,
            optional: false,
            repeated: false,
            children: 0,
            logical: Logical::None,
            precision: 0,
            scale: 0,
        };
        let mut id = 0;
        while let Some((field, kind)) = wire.field(&mut id)? {
            match (field, kind) {
                (1, Wire::Integer) => this.physical = Some(wire.zigzag()?),
                (3, Wire::Integer) => {
                    let repetition = wire.zigzag()?;
                    (this.optional, this.repeated) = (repetition == 1, repetition == 2);
                }
                (4, Wire::Binary) => this.name = String::from_utf8_lossy(wire.binary()?).into_owned(),
                (5, Wire::Integer) => this.children = u32::try_from(wire.zigzag()?).map_err(|_| FileFault::Malformed)?,
                (6, Wire::Integer) if this.logical == Logical::None => this.logical = converted(wire.zigzag()?),
                (7, Wire::Integer) => this.scale = wire.zigzag()?,
                (8, Wire::Integer) => this.precision = wire.zigzag()?,
                (10, Wire::Struct) => this.logical = logical(wire)?,
                _ => wire.skip(kind, 0)?,
            }
        }
        Ok(this)
    }
}

fn converted(code: i64) -> Logical {
    match code {
        0 => Logical::String,
        1 | 2 => Logical::Map,
        3 => Logical::List,
        4 => Logical::Enum,
        5 => Logical::Decimal,
        6 => Logical::Date,
        7 | 8 => Logical::Time,
        9 | 10 => Logical::Timestamp { utc: true },
        11..=18 => Logical::Integer,
        19 => Logical::Json,
        20 => Logical::Bson,
        21 => Logical::Interval,
        _ => Logical::Other,
    }
}

/// A union: one field, whose number is the type.
fn logical(wire: &mut Thrift<'_>) -> Result<Logical, FileFault> {
    let (mut id, mut found) = (0, Logical::Other);
    while let Some((field, kind)) = wire.field(&mut id)? {
        found = match field {
            1 => Logical::String,
            2 => Logical::Map,
            3 => Logical::List,
            4 => Logical::Enum,
            5 => Logical::Decimal,
            6 => Logical::Date,
            7 => Logical::Time,
            8 => Logical::Timestamp { utc: false },
            10 => Logical::Integer,
            12 => Logical::Json,
            13 => Logical::Bson,
            14 => Logical::Uuid,
            15 => Logical::Float16,
            _ => Logical::Other,
        };
        if field == 8 && kind == Wire::Struct {
            let mut inner = 0;
            while let Some((field, kind)) = wire.field(&mut inner)? {
                match (field, kind) {
                    (1, Wire::Boolean(utc)) => found = Logical::Timestamp { utc },
                    _ => wire.skip(kind, 0)?,
                }
            }
        } else {
            wire.skip(kind, 0)?;
        }
    }
    Ok(found)
}

/// The type of a column that holds no others: in the format's words, and in ours.
pub(super) fn column_type(element: &Element) -> (String, DataType) {
    use DataType as T;
    let (physical, plain) = match element.physical {
        Some(0) => ("BOOLEAN", T::Boolean),
        Some(1) => ("INT32", T::Integer),
        Some(2) => ("INT64", T::Integer),
        // Twelve bytes of a time, as Impala and old Sparks wrote it.
        Some(3) => ("INT96", T::Timestamp),
        Some(4) => ("FLOAT", T::Float),
        Some(5) => ("DOUBLE", T::Float),
        Some(6) => ("BYTE_ARRAY", T::Binary),
        Some(7) => ("FIXED_LEN_BYTE_ARRAY", T::Binary),
        // A group of nothing.
        None => ("GROUP", T::Struct),
        Some(_) => ("UNKNOWN", T::Other),
    };
    let (word, found) = match element.logical {
        Logical::None | Logical::Map | Logical::List | Logical::Other => return (physical.to_owned(), plain),
        Logical::Decimal => {
            return (format!("{physical} (DECIMAL({},{}))", element.precision, element.scale), T::Decimal);
        }
        Logical::String => ("STRING", T::String),
        Logical::Enum => ("ENUM", T::Enum),
        Logical::Date => ("DATE", T::Date),
        Logical::Time => ("TIME", T::Time),
        Logical::Timestamp { utc: true } => ("TIMESTAMP_UTC", T::TimestampTz),
        Logical::Timestamp { utc: false } => ("TIMESTAMP", T::Timestamp),
        Logical::Integer => ("INT", T::Integer),
        Logical::Json => ("JSON", T::Json),
        Logical::Bson => ("BSON", T::Json),
        Logical::Uuid => ("UUID", T::Uuid),
        Logical::Float16 => ("FLOAT16", T::Float),
        Logical::Interval => ("INTERVAL", T::Interval),
    };
    (format!("{physical} ({word})"), found)
}
