//! A file whose beginning has been read already: it is not asked for again.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;

use super::source::{FileError, FileSource, Object};

/// A source that remembers the beginning of the one file that is read.
pub(super) struct Seen<'a> {
    source: &'a dyn FileSource,
    head: Bytes,
}

impl<'a> Seen<'a> {
    pub(super) fn new(source: &'a dyn FileSource, head: Bytes) -> Self {
        Self { source, head }
    }
}

#[async_trait]
impl FileSource for Seen<'_> {
    async fn read(&self, object: &Object, range: Range<u64>) -> Result<Bytes, FileError> {
        match (usize::try_from(range.start), usize::try_from(range.end)) {
            (Ok(start), Ok(end)) if start <= end && end <= self.head.len() => Ok(self.head.slice(start..end)),
            _ => self.source.read(object, range).await,
        }
    }
}
