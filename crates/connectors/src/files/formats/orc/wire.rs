//! Protocol buffers, as far as a footer needs them.

use super::super::super::fault::FileFault;

/// A value of a field.
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// A fixed number of bytes, which nothing here asks for.
    Fixed,
}

/// A message.
pub(super) struct Wire<'a> {
    rest: &'a [u8],
}

impl<'a> Wire<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// The next field and its value; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, FileFault> {
        let Some(key) = self.number()? else { return Ok(None) };
        let value = match key & 7 {
            0 => Value::Number(self.number()?.ok_or(FileFault::Malformed)?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = self.number()?.ok_or(FileFault::Malformed)?;
                Value::Bytes(self.take(usize::try_from(length).map_err(|_| FileFault::Malformed)?)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(FileFault::Malformed),
        };
        Ok(Some((key >> 3, value)))
    }

    /// A number; none at the end.
    pub(super) fn number(&mut self) -> Result<Option<u64>, FileFault> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(Some(value));
            }
        }
        Err(FileFault::Malformed)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], FileFault> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(FileFault::Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }
}
