//! What was found out about a file.

use catalog::{Column, DataType, TableWriter};

/// Bounds on what is read of one file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileLimits {
    /// A file up to so many bytes is read whole; of a compressed one, so many bytes are unpacked.
    pub(crate) whole: u64,
    /// Bytes of one piece of a larger file.
    pub(crate) piece: u64,
    /// Columns, fields inside of others counted too.
    pub(crate) columns: usize,
    /// Levels of values in values.
    pub(crate) depth: usize,
    /// Keys under one path of a document; more are a map.
    pub(crate) keys: usize,
    /// Bytes of a part that has to be read whole: a footer, a packed workbook.
    pub(crate) part: u64,
    /// Bytes of a workbook, unpacked.
    pub(crate) workbook: u64,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { whole: 8 << 20, piece: 1 << 20, columns: 10_000, depth: 100, keys: 200, part: 16 << 20, workbook: 64 << 20 }
    }
}

/// The format of a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Json,
    Parquet,
    Avro,
    Orc,
    Xlsx,
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

/// What is told of a file that was read, beside its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileNote {
    /// No BOM and no UTF-8: it was taken for Windows-1252.
    Windows1252,
    /// Mostly UTF-8, with bytes in it that are none.
    BadBytes,
    /// It ends in the middle of something.
    CutOff,
    /// Some records could not be read.
    BadRecords,
    /// A type refers to itself.
    Recursive,
}

impl FileNote {
    /// The words for it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Windows1252 => "it is no UTF-8 and was read as Windows-1252",
            Self::BadBytes => "bytes of it are no UTF-8 and stand as U+FFFD",
            Self::CutOff => "it ends in the middle of a record or a compressed block: what came before was read",
            Self::BadRecords => "records of it could not be read and were passed over",
            Self::Recursive => "a type of it refers to itself: its fields are given once",
        }
    }
}

/// A column, or a field inside of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name, as written.
    pub(crate) name: String,
    /// Its type in the format's own words.
    pub(crate) native: String,
    /// Its type in words that are the same for all sources.
    pub(crate) data_type: DataType,
    /// Whether it may be null or absent.
    pub(crate) nullable: bool,
    /// Whether no value was seen: then its type is as good as any other.
    pub(crate) unseen: bool,
    /// The fields inside of it (of a struct, or of an array's or map's structs).
    pub(crate) fields: Vec<Field>,
}

impl Field {
    /// A field with nothing inside.
    pub(crate) fn new(name: impl Into<String>, native: impl Into<String>, data_type: DataType, nullable: bool) -> Self {
        Self { name: name.into(), native: native.into(), data_type, nullable, unseen: false, fields: Vec::new() }
    }

    /// A field of a type that was found out from values; a string if there were none.
    pub(crate) fn found(name: impl Into<String>, found: Option<DataType>, nullable: bool) -> Self {
        let data_type = found.unwrap_or(DataType::String);
        Self { unseen: found.is_none(), ..Self::new(name, data_type.as_str(), data_type, nullable) }
    }

    /// The fields in it and itself.
    pub(crate) fn count(&self) -> usize {
        1 + self.fields.iter().map(Self::count).sum::<usize>()
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.native.len() + self.fields.iter().map(Self::bytes).sum::<usize>()
    }
}

/// One table of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InferredTable {
    /// Its name inside of the file, where a file has several: a sheet's.
    pub(crate) name: Option<String>,
    /// Its columns.
    pub(crate) fields: Vec<Field>,
    /// How many rows it has, where that is known without counting.
    pub(crate) rows: Option<u64>,
    /// How many rows its columns were found out from, where it was from rows.
    pub(crate) looked_at: u64,
}

/// What was found out about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inferred {
    /// Its format.
    pub(crate) format: Format,
    /// How it is packed.
    pub(crate) compression: Compression,
    /// How its text is encoded, if it is text.
    pub(crate) encoding: Option<&'static str>,
    /// Whether only a part of its rows was looked at.
    pub(crate) sampled: bool,
    /// Its tables: one, or one for each filled sheet.
    pub(crate) tables: Vec<InferredTable>,
    /// What else is to be told.
    pub(crate) notes: Vec<FileNote>,
}

/// Writes fields as columns, a field inside of another after it.
pub(crate) fn write(table: &mut TableWriter, fields: &[Field]) {
    fn walk<'a>(table: &mut TableWriter, fields: &'a [Field], path: &mut Vec<&'a str>) {
        for field in fields {
            table.column(Column {
                name: &field.name,
                path: path.as_slice(),
                native_type: &field.native,
                data_type: field.data_type,
                nullable: field.nullable,
                default: None,
                generated: None,
                comment: None,
            });
            path.push(&field.name);
            walk(table, &field.fields, path);
            path.pop();
        }
    }
    walk(table, fields, &mut Vec::new());
}
