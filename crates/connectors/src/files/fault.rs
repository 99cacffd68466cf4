//! Why a file is no table: a note on this file, unless the source itself failed.

use catalog::{Note, NoteCode};

use super::source::FileError;
use crate::error::ConnectError;

/// Why a file is no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileFault {
    /// No format that is known.
    Unknown,
    /// It has no bytes, or none but white space.
    Empty,
    /// It lies in an archive.
    Archived,
    /// It may not be read.
    Forbidden,
    /// It went away between listing and reading.
    Missing,
    /// A part that has to be read whole is too large.
    TooLarge,
    /// It has more columns than are taken.
    TooWide,
    /// One line or record does not end within what is read.
    RecordTooLong,
    /// Its values or types lie in each other too deeply.
    TooDeep,
    /// It ends too early.
    Truncated,
    /// It has the marks of a format and does not keep to it.
    Malformed,
    /// It is encrypted.
    Encrypted,
    /// It is packed in a way that is not read.
    Packing,
    /// It unpacks to far more than it says.
    Bomb,
    /// The source failed; nothing is wrong with the file.
    Failed(ConnectError),
}

impl FileFault {
    /// The note on a file, in words for people; the failure of the source, if it was that.
    pub(crate) fn note(self, object: &str) -> Result<Note, ConnectError> {
        use NoteCode as C;
        let (code, text) = match self {
            Self::Unknown => {
                (C::FileUnknown, "its content is of no known format: csv, tsv, json, ndjson, parquet, avro, orc and xlsx are read")
            }
            Self::Empty => (C::FileEmpty, "it is empty"),
            Self::Archived => (C::FileArchived, "it lies in an archive storage class: restore it first"),
            Self::Forbidden => (C::FileForbidden, "it may not be read: grant s3:GetObject on it, or look at its key's permissions"),
            Self::Missing => (C::FileMissing, "it was deleted or changed while it was read"),
            Self::TooLarge => (C::FileTooLarge, "it is too large, or a part of it that has to be read whole is"),
            Self::TooWide => (C::FileTooLarge, "it has more than 10,000 columns"),
            Self::RecordTooLong => (C::FileTooLarge, "a line or record of it is too long to be read"),
            Self::TooDeep => (C::FileTooDeep, "its values lie in each other more than 100 levels deep"),
            Self::Truncated => (C::FileMalformed, "it ends too early: it was not written or not uploaded whole"),
            Self::Malformed => (C::FileMalformed, "its content does not keep to its format"),
            Self::Encrypted => (C::FileEncrypted, "it is encrypted, or protected by a password"),
            Self::Packing => (C::FileUnknown, "it is packed by LZO or LZ4, which are not read"),
            Self::Bomb => (C::FileHostile, "it unpacks to more than it says, or to far more than is taken"),
            Self::Failed(error) => return Err(error),
        };
        Ok(Note::new(code, object, text))
    }
}

impl From<FileError> for FileFault {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Forbidden => Self::Forbidden,
            FileError::Archived => Self::Archived,
            FileError::Missing => Self::Missing,
            FileError::Failed(error) => Self::Failed(error),
        }
    }
}
