//! Definitions at rest: canonical JSON, compressed one by one, so that each can be read alone.

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::get_frame_content_size;

use crate::backend::{Column, Rows};
use crate::error::StoreError;

/// The fastest level. The next ones save a few hundredths and cost twice the time.
const LEVEL: i32 = 1;

/// No definition is longer, whatever its head says.
const BYTES: u64 = 64 << 20;

const COLUMNS: &[(&str, Column)] =
    &[("datasource", Column::Uuid), ("org_id", Column::Big), ("staged_at", Column::Big), ("hash", Column::Bytes), ("body", Column::Bytes)];

/// Definitions none of which is there yet.
pub(crate) static NEW: Rows = Rows { table: "definition", columns: COLUMNS, conflict: None };

/// Definitions some of which may be there: those are only marked as staged anew.
pub(crate) static ANEW: Rows = Rows {
    table: "definition",
    columns: COLUMNS,
    conflict: Some("on conflict (datasource, hash) do update set staged_at = excluded.staged_at"),
};

/// Compresses definitions.
pub(crate) fn pack<'a>(bodies: impl Iterator<Item = &'a str>) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut compressor = Compressor::new(LEVEL).map_err(|_| StoreError::Damaged("definitions cannot be compressed"))?;
    bodies.map(|body| compressor.compress(body.as_bytes()).map_err(|_| StoreError::Damaged("a definition cannot be compressed"))).collect()
}

/// A text as it is kept: compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(pub(crate) Vec<u8>);

impl Packed {
    /// Compresses a text.
    pub fn new(text: &str) -> Result<Self, StoreError> {
        pack(std::iter::once(text))?.pop().map(Self).ok_or(StoreError::Damaged("nothing was compressed"))
    }

    /// The text.
    pub fn text(&self) -> Result<String, StoreError> {
        Unpacker::new()?.unpack(&self.0)
    }
}

/// Reads definitions, as many as wanted.
pub(crate) struct Unpacker(Decompressor<'static>);

impl Unpacker {
    pub(crate) fn new() -> Result<Self, StoreError> {
        Decompressor::new().map(Self).map_err(|_| StoreError::Damaged("definitions cannot be read"))
    }

    /// The canonical JSON.
    pub(crate) fn unpack(&mut self, packed: &[u8]) -> Result<String, StoreError> {
        let damaged = || StoreError::Damaged("a definition cannot be read");
        let size = get_frame_content_size(packed).ok().flatten().filter(|size| *size <= BYTES).ok_or_else(damaged)?;
        let body = self.0.decompress(packed, usize::try_from(size).map_err(|_| damaged())?).map_err(|_| damaged())?;
        String::from_utf8(body).map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_and_nothing_else() {
        let long = "{\"name\":\"ünï\"}".repeat(1_000);
        let packed = pack(["", "{}", &long].into_iter()).expect("packs");
        assert!(packed[2].len() < 200, "{}", packed[2].len());
        let mut unpacker = Unpacker::new().expect("an unpacker");
        for (packed, body) in packed.iter().zip(["", "{}", &long]) {
            assert_eq!(unpacker.unpack(packed).expect("unpacks"), body);
        }
        let bomb = zstd::bulk::compress(&vec![b'x'; usize::try_from(BYTES).expect("a size") + 1], 1).expect("a bomb");
        for wrong in [&b""[..], b"{}", &packed[2][..packed[2].len() - 1], &zstd::bulk::compress(b"\xff", 1).expect("no text"), &bomb] {
            assert!(matches!(unpacker.unpack(wrong), Err(StoreError::Damaged(_))), "{} bytes", wrong.len());
        }
    }
}
