//! The bytes of a text file that are looked at: all of a small one, pieces of a large one.

use super::compression::{detect, exactly, unpack};
use super::fault::FileFault;
use super::inferred::{Compression, FileLimits};
use super::source::{FileSource, Object};

/// Pieces between the first and the last one of a large file.
const BETWEEN: u64 = 2;

/// What is looked at.
pub(super) struct Sample {
    pub(super) compression: Compression,
    /// The beginning, and what follows at a distance.
    pub(super) pieces: Vec<Vec<u8>>,
    /// Whether they are the whole content.
    pub(super) whole: bool,
    /// Whether the file ends in the middle of a compressed block.
    pub(super) cut: bool,
}

/// Reads what is looked at of a file; `head` is how it begins.
pub(super) async fn sample(source: &dyn FileSource, object: &Object, head: &[u8], limits: &FileLimits) -> Result<Sample, FileFault> {
    let compression = detect(head);
    if compression != Compression::Plain {
        let unpacked = unpack(source, object, compression, limits.whole, limits.piece).await?;
        return Ok(Sample { compression, pieces: vec![unpacked.bytes], whole: unpacked.whole, cut: unpacked.cut });
    }
    let size = object.size;
    let mut pieces = Vec::new();
    if size <= limits.whole {
        pieces.push(exactly(source, object, 0..size).await?.into());
        return Ok(Sample { compression, pieces, whole: true, cut: false });
    }
    let last = (size - limits.piece) & !1;
    for n in 0..=BETWEEN {
        // Even, so that no character of UTF-16 is cut in two.
        let start = (last / (BETWEEN + 1) * n) & !1;
        pieces.push(exactly(source, object, start..start + limits.piece).await?.into());
    }
    pieces.push(exactly(source, object, last..size).await?.into());
    Ok(Sample { compression, pieces, whole: false, cut: false })
}
