//! How footers are packed: in chunks, each as it is or by the codec of the file, and never to more than is taken.

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::super::super::fault::FileFault;
use super::super::super::inferred::FileLimits;

/// Unpacks a footer.
pub(super) fn unpacked(bytes: &[u8], packing: u64, limits: &FileLimits) -> Result<Vec<u8>, FileFault> {
    if packing == 0 {
        return Ok(bytes.to_vec());
    }
    let (mut out, mut rest) = (Vec::new(), bytes);
    while let Some((head, after)) = rest.split_first_chunk::<3>() {
        let head = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let length = usize::try_from(head >> 1).map_err(|_| FileFault::Malformed)?;
        let (chunk, next) = after.split_at_checked(length).ok_or(FileFault::Truncated)?;
        rest = next;
        let room = limits.part.saturating_sub(out.len() as u64);
        let wrong = |_: std::io::Error| FileFault::Malformed;
        match (head & 1, packing) {
            (1, _) => out.extend_from_slice(chunk),
            (_, 1) => {
                DeflateDecoder::new(chunk).take(room + 1).read_to_end(&mut out).map_err(wrong)?;
            }
            (_, 2) => snappy(chunk, &mut out, room)?,
            (_, 5) => {
                let decoder = zstd::stream::read::Decoder::new(chunk).map_err(wrong)?;
                decoder.take(room + 1).read_to_end(&mut out).map_err(wrong)?;
            }
            _ => return Err(FileFault::Packing),
        }
        if out.len() as u64 > limits.part {
            return Err(FileFault::Bomb);
        }
    }
    Ok(out)
}

/// Snappy's raw form: literals, and copies of what came before.
fn snappy(chunk: &[u8], out: &mut Vec<u8>, room: u64) -> Result<(), FileFault> {
    let mut input = Bytes(chunk);
    let mut length = 0_u64;
    for shift in (0..35).step_by(7) {
        let byte = input.little(1)?;
        length |= ((byte & 0x7f) as u64) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    if length > room {
        return Err(FileFault::Bomb);
    }
    let (start, end) = (out.len(), out.len() as u64 + length);
    while !input.0.is_empty() {
        let tag = input.little(1)?;
        let (length, offset) = match tag & 3 {
            0 => {
                let length = match tag >> 2 {
                    long @ 60.. => input.little(long - 59)?,
                    short => short,
                };
                out.extend_from_slice(input.take(length + 1)?);
                continue_within(out, end)?;
                continue;
            }
            1 => (4 + ((tag >> 2) & 7), ((tag >> 5) << 8) | input.little(1)?),
            2 => (1 + (tag >> 2), input.little(2)?),
            _ => (1 + (tag >> 2), input.little(4)?),
        };
        let from = out.len().checked_sub(offset).filter(|from| offset > 0 && *from >= start).ok_or(FileFault::Malformed)?;
        for at in from..from + length {
            out.push(out[at]);
        }
        continue_within(out, end)?;
    }
    if out.len() as u64 == end { Ok(()) } else { Err(FileFault::Malformed) }
}

fn continue_within(out: &[u8], end: u64) -> Result<(), FileFault> {
    if out.len() as u64 > end { Err(FileFault::Bomb) } else { Ok(()) }
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], FileFault> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(FileFault::Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A number of up to four bytes, the lowest first.
    fn little(&mut self, bytes: usize) -> Result<usize, FileFault> {
        Ok(self.take(bytes)?.iter().rev().fold(0, |n, byte| (n << 8) | usize::from(*byte)))
    }
}
