//! As much of Thrift's compact protocol as a footer needs.

use super::super::super::fault::FileFault;

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// The value is in the type itself.
    Boolean(bool),
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

impl Wire {
    fn of(code: u8) -> Result<Self, FileFault> {
        Ok(match code {
            1 => Self::Boolean(true),
            2 => Self::Boolean(false),
            3 => Self::Byte,
            4..=6 => Self::Integer,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return Err(FileFault::Malformed),
        })
    }
}

/// Structs in structs of what is passed over.
const DEPTH: usize = 32;

/// Bytes that are read.
pub(super) struct Thrift<'a>(&'a [u8]);

impl<'a> Thrift<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn byte(&mut self) -> Result<u8, FileFault> {
        let (byte, rest) = self.0.split_first().ok_or(FileFault::TooLarge)?;
        self.0 = rest;
        Ok(*byte)
    }

    fn varint(&mut self) -> Result<u64, FileFault> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(FileFault::Malformed)
    }

    /// A whole number.
    pub(super) fn zigzag(&mut self) -> Result<i64, FileFault> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Bytes with their length before them.
    pub(super) fn binary(&mut self) -> Result<&'a [u8], FileFault> {
        let length = usize::try_from(self.varint()?).map_err(|_| FileFault::Malformed)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(FileFault::TooLarge)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// The next field of a struct, after the one of this number; none at its end.
    pub(super) fn field(&mut self, id: &mut i64) -> Result<Option<(i64, Wire)>, FileFault> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        let step = i64::from(head >> 4);
        *id = if step == 0 { self.zigzag()? } else { id.saturating_add(step) };
        Ok(Some((*id, Wire::of(head & 0x0f)?)))
    }

    /// The length of a list, and what it holds.
    pub(super) fn list(&mut self) -> Result<(usize, Wire), FileFault> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        Ok((usize::try_from(count).map_err(|_| FileFault::Malformed)?, Wire::of(head & 0x0f)?))
    }

    /// Passes a value over.
    pub(super) fn skip(&mut self, kind: Wire, depth: usize) -> Result<(), FileFault> {
        if depth > DEPTH {
            return Err(FileFault::TooDeep);
        }
        match kind {
            Wire::Boolean(_) => {}
            Wire::Byte => drop(self.byte()?),
            Wire::Integer => drop(self.varint()?),
            Wire::Double => self.0 = self.0.get(8..).ok_or(FileFault::TooLarge)?,
            Wire::Binary => drop(self.binary()?),
            Wire::Struct => {
                let mut id = 0;
                while let Some((_, kind)) = self.field(&mut id)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            Wire::List => {
                let (count, kind) = self.list()?;
                // In a list, a boolean has a byte of its own.
                let kind = if matches!(kind, Wire::Boolean(_)) { Wire::Byte } else { kind };
                for _ in 0..count {
                    self.skip(kind, depth + 1)?;
                }
            }
            // Nothing before the row groups has one.
            Wire::Map => return Err(FileFault::Malformed),
        }
        Ok(())
    }
}
