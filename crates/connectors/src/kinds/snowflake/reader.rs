//! The rows of a chunk, read one by one: `["a","b"],["c",null]`, without brackets around them, usually compressed.

use std::io::{self, BufReader, Cursor, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use serde_json::de::IoRead;
use serde_json::{Deserializer, StreamDeserializer};

use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::Row;

/// What a chunk may unfold to. Sessions of ours ask for chunks of 48 MB.
const CHUNK_BYTES: u64 = 256 << 20;

/// What one row may have, in bytes: it is held as a whole. No text of a catalog's is longer than 16 MiB.
const ROW_BYTES: u64 = 20 << 20;

type Source = Separated<BufReader<Box<dyn Read + Send>>>;

/// Rows of a chunk.
pub(super) struct ChunkRows(StreamDeserializer<'static, IoRead<Source>, Row>);

impl ChunkRows {
    /// Reads the body of a chunk, compressed or not.
    pub(super) fn new(body: Bytes) -> Self {
        Self::within(body, CHUNK_BYTES, ROW_BYTES)
    }

    fn within(body: Bytes, chunk: u64, row: u64) -> Self {
        let packed = body.starts_with(&[0x1f, 0x8b]);
        let body = Cursor::new(body);
        let plain: Box<dyn Read + Send> = if packed { Box::new(MultiGzDecoder::new(body)) } else { Box::new(body) };
        let limited: Box<dyn Read + Send> = Box::new(Limited { inner: plain, left: chunk });
        Self(Deserializer::from_reader(Separated::new(BufReader::new(limited), row)).into_iter())
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Row>, ConnectError> {
        self.0.next().transpose().map_err(|error| {
            let kind = if error.io_error_kind() == Some(io::ErrorKind::FileTooLarge) { K::TooMuch } else { K::Protocol };
            kind.into()
        })
    }
}

/// Fails where more comes than is taken.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

/// Makes blanks of the commas between rows, and fails at a row that is too long.
struct Separated<R> {
    inner: R,
    /// The most bytes of a row, and how many its own has had.
    most: u64,
    had: u64,
    depth: u32,
    text: bool,
    escaped: bool,
}

impl<R> Separated<R> {
    fn new(inner: R, most: u64) -> Self {
        Self { inner, most, had: 0, depth: 0, text: false, escaped: false }
    }
}

impl<R: Read> Read for Separated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        for byte in &mut buffer[..read] {
            self.had = if self.depth == 0 { 0 } else { self.had + 1 };
            if self.had > self.most {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            match (self.text, *byte) {
                (true, _) if self.escaped => self.escaped = false,
                (true, b'\\') => self.escaped = true,
                (_, b'"') => self.text = !self.text,
                (false, b'[' | b'{') => self.depth += 1,
                (false, b']' | b'}') => self.depth = self.depth.saturating_sub(1),
                (false, b',') if self.depth == 0 => *byte = b' ',
                _ => {}
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("in memory");
        encoder.finish().expect("in memory").into()
    }

    fn all(body: Bytes) -> Result<Vec<String>, K> {
        drain(ChunkRows::new(body))
    }

    fn drain(mut rows: ChunkRows) -> Result<Vec<String>, K> {
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| error.kind)? {
            found.push(format!("{}|{}", row.text(0), row.text(1)));
        }
        Ok(found)
    }

    #[test]
    fn rows_with_commas_between() {
        let text = r#"["a,b","\"],["],["c\\",null] , ["d","[e]"]"#;
        let wanted = ["a,b|\"],[", "c\\|", "d|[e]"];
        assert_eq!(all(text.into()).expect("rows"), wanted);
        assert_eq!(all(packed(text.as_bytes())).expect("rows"), wanted);
        assert_eq!(all("".into()).expect("rows"), [""; 0]);
    }

    /// Threat R5: what unfolds without end ends, and what is broken off is no end.
    #[test]
    fn r5_bombs_and_stumps() {
        let row = format!("[\"{}\"],", "x".repeat(1_000));
        let within = |rows: usize, row: &str, chunk, most| {
            drain(ChunkRows::within(packed(row.repeat(rows).as_bytes()), chunk, most)).map(|rows| rows.len())
        };
        assert_eq!(within(900, &row, 1_000_000, 2_000), Ok(900));
        assert_eq!(within(1_100, &row, 1_000_000, 2_000), Err(K::TooMuch));
        assert_eq!(within(1, &row, 1_000_000, 999), Err(K::TooMuch));
        let whole = packed(br#"["a","b"],["c","d"]"#);
        assert_eq!(all(whole.slice(..whole.len() - 12)), Err(K::Protocol));
        assert_eq!(all(r#"["a","#.into()), Err(K::Protocol));
        assert_eq!(all("[".repeat(100_000).into()), Err(K::Protocol));
        assert_eq!(all("<html>".into()), Err(K::Protocol));
    }
}
