//! Avro: the schema in the header, and nothing of the blocks after it. The header is read by hand.

mod schema;

use super::super::fault::FileFault;
use super::super::inferred::{FileLimits, FileNote, InferredTable};
use schema::Schema;

/// How a file begins.
pub(in super::super) const MAGIC: &[u8] = b"Obj\x01";

/// The table of a header. None if the header goes on beyond these bytes.
pub(in super::super) fn table(head: &[u8], limits: &FileLimits) -> Result<Option<(InferredTable, Vec<FileNote>)>, FileFault> {
    let mut wire = Wire { rest: head.get(MAGIC.len()..).unwrap_or_default() };
    let text = match wire.schema() {
        Ok(text) => text,
        Err(Broken::Ends) => return Ok(None),
        Err(Broken::Wrong) => return Err(FileFault::Malformed),
    };
    if deeper_than(text, limits.depth) {
        return Err(FileFault::TooDeep);
    }
    let json = serde_json::from_slice(text).map_err(|_| FileFault::Malformed)?;
    let mut schema = Schema::new(limits);
    let fields = schema.columns(&json)?;
    let notes = if schema.recursive { vec![FileNote::Recursive] } else { Vec::new() };
    Ok(Some((InferredTable { name: None, fields, rows: None, looked_at: 0 }, notes)))
}

enum Broken {
    Ends,
    Wrong,
}

struct Wire<'a> {
    rest: &'a [u8],
}

impl<'a> Wire<'a> {
    /// The value of `avro.schema` in the map of metadata.
    fn schema(&mut self) -> Result<&'a [u8], Broken> {
        loop {
            let count = self.long()?;
            if count == 0 {
                return Err(Broken::Wrong);
            }
            if count < 0 {
                // The size of the block follows.
                self.long()?;
            }
            for _ in 0..count.unsigned_abs() {
                let (key, value) = (self.bytes()?, self.bytes()?);
                if key == b"avro.schema" {
                    return Ok(value);
                }
            }
        }
    }

    fn bytes(&mut self) -> Result<&'a [u8], Broken> {
        let length = usize::try_from(self.long()?).map_err(|_| Broken::Wrong)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Broken::Ends)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn long(&mut self) -> Result<i64, Broken> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Broken::Ends)?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        Err(Broken::Wrong)
    }
}

/// Whether brackets of a JSON text lie in each other so deeply.
fn deeper_than(text: &[u8], most: usize) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}
