//! Gzip and zstd: unpacked up to a limit, from as few packed bytes as that takes.

use std::io::{self, Read};
use std::ops::Range;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;

use super::fault::FileFault;
use super::inferred::Compression;
use super::source::{FileSource, Object};

/// How the first bytes of a file say that it is packed.
pub(super) fn detect(head: &[u8]) -> Compression {
    match head {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        // A frame, or one to be skipped (as pzstd writes it).
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
        _ => Compression::Plain,
    }
}

/// What came out of a packed file.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    /// Whether there is nothing after it.
    pub(super) whole: bool,
    /// Whether the file ends in the middle.
    pub(super) cut: bool,
}

/// The first `limit` bytes that are packed in a file.
pub(super) async fn unpack(
    source: &dyn FileSource,
    object: &Object,
    compression: Compression,
    limit: u64,
    piece: u64,
) -> Result<Unpacked, FileFault> {
    let mut packed: Vec<Bytes> = Vec::new();
    let mut end = 0;
    loop {
        let range = end..(end + piece).min(object.size);
        let all = range.end == object.size;
        let bytes = exactly(source, object, range).await?;
        end += bytes.len() as u64;
        packed.push(bytes);
        // Twice as much each time, so that unpacking anew costs no more than the whole.
        let enough = end.is_power_of_two() || (end / piece).is_power_of_two() || all || end >= limit;
        if !enough {
            continue;
        }
        let input = packed.concat();
        let unpacked = tokio::task::spawn_blocking(move || from_memory(&input, compression, limit));
        let unpacked = unpacked.await.map_err(|_| FileFault::Malformed)?;
        match unpacked {
            Ok(unpacked) if unpacked.bytes.len() as u64 >= limit => return Ok(unpacked),
            Ok(unpacked) if all || end >= limit => {
                let cut = unpacked.cut && all;
                // Packed bytes that unpack to fewer are read no further: the file is no larger inside than outside.
                let whole = unpacked.whole && all;
                return if unpacked.bytes.is_empty() && cut { Err(FileFault::Truncated) } else { Ok(Unpacked { whole, cut, ..unpacked }) };
            }
            Ok(_) => {}
            Err(fault) => return Err(fault),
        }
    }
}

/// Reads bytes of which all are wanted.
pub(super) async fn exactly(source: &dyn FileSource, object: &Object, range: Range<u64>) -> Result<Bytes, FileFault> {
    let wanted = range.end - range.start;
    let bytes = source.read(object, range).await?;
    // Changed meanwhile: what else it says now is of another file.
    if bytes.len() as u64 == wanted { Ok(bytes) } else { Err(FileFault::Missing) }
}

fn from_memory(packed: &[u8], compression: Compression, limit: u64) -> Result<Unpacked, FileFault> {
    let mut bytes = Vec::new();
    let ended = match compression {
        Compression::Plain => packed.take(limit + 1).read_to_end(&mut bytes),
        Compression::Gzip => MultiGzDecoder::new(packed).take(limit + 1).read_to_end(&mut bytes),
        Compression::Zstd => {
            let decoder = zstd::stream::read::Decoder::new(packed).map_err(|_| FileFault::Malformed)?;
            decoder.take(limit + 1).read_to_end(&mut bytes)
        }
    };
    let more = bytes.len() as u64 > limit;
    bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    match ended {
        Ok(_) => Ok(Unpacked { bytes, whole: !more, cut: false }),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Unpacked { bytes, whole: false, cut: true }),
        // What came out before it broke is sound as far as anybody knows.
        Err(_) if !bytes.is_empty() => Ok(Unpacked { bytes, whole: false, cut: true }),
        Err(_) => Err(FileFault::Malformed),
    }
}
