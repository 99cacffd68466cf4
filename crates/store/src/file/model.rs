//! What is kept of a file.

use uuid::Uuid;

/// An uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What its bytes are found under, beside its organisation.
    pub id: Uuid,
    /// What it was called by whoever sent it; unique in its datasource byte for byte.
    pub name: String,
    /// Its bytes.
    pub bytes: i64,
}

/// All files that a datasource has from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesChange {
    /// The files, in their order.
    pub files: Vec<File>,
    /// The most bytes that the organisation may have in all of its files.
    pub most: i64,
}
