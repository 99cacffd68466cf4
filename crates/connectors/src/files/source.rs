//! Where bytes of files come from.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::ConnectError;

/// A file of a source. Its key is a name and nothing else: it is never joined to a local path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// Its key, byte for byte.
    pub(crate) key: String,
    /// Its bytes, as they are stored.
    pub(crate) size: u64,
}

/// Gives bytes of files.
#[async_trait]
pub(crate) trait FileSource: Send + Sync {
    /// The bytes of a range, or fewer if the file ends within it.
    async fn read(&self, object: &Object, range: Range<u64>) -> Result<Bytes, FileError>;
}

/// Why bytes could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileError {
    /// This file may not be read.
    Forbidden,
    /// It lies in an archive, and would have to be restored first.
    Archived,
    /// It is gone.
    Missing,
    /// The source itself failed: no other file can be read either.
    Failed(ConnectError),
}
