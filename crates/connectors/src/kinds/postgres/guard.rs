//! Reads along with the server's messages and stops before harm is done.
//!
//! The driver hands a clear-text password to any server that asks, and gathers a message of whatever length it is
//! told to expect. The guard sees each message first (framing: PostgreSQL documentation, "Message Formats").

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use egress::BoxStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::types::Type;

/// No message of a catalog is longer; a longer one is refused before it is gathered.
const MESSAGE_BYTES: u32 = 16 << 20;

/// Why the guard stopped the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum GuardError {
    /// The password was asked for in a form that this connection does not protect.
    #[error("password would be exposed")]
    PasswordExposed,
    /// A message longer than any that is expected, or shorter than its own header.
    #[error("message of impossible length")]
    MessageLength,
    /// More than any server says before it is ready.
    #[error("too much before the first query")]
    Flood,
    /// A column of a type that none of our statements has. The driver would ask the server what it is, and what that
    /// is made of, as deep as the server likes.
    #[error("column of an unknown type")]
    UnknownType,
}

/// Bytes that a server may send before it is ready for the first query.
const GREETING_BYTES: u64 = 256 << 10;

/// Parameters that a server may report; the driver keeps each.
const PARAMETERS: u32 = 256;

/// Bytes of a row description: our statements have a dozen columns.
const DESCRIPTION_BYTES: u32 = 16 << 10;

/// How much of the current message has been seen.
#[derive(Debug)]
struct Reader {
    /// Tag, length, and for an authentication request its code.
    head: [u8; 9],
    seen: usize,
    /// Bytes of the current message that are still to come and mean nothing to us.
    skip: u32,
    /// Whether the connection keeps a password secret from others than the verified server.
    protected: bool,
    /// Whether the server has been ready once, and how much it said before.
    ready: bool,
    greeting: u64,
    parameters: u32,
    /// The row description that is being gathered.
    describing: bool,
    description: Vec<u8>,
}

impl Reader {
    fn new(protected: bool) -> Self {
        Self {
            head: [0; 9],
            seen: 0,
            skip: 0,
            protected,
            ready: false,
            greeting: 0,
            parameters: 0,
            describing: false,
            description: Vec::new(),
        }
    }

    fn look(&mut self, mut bytes: &[u8]) -> Result<(), GuardError> {
        while !bytes.is_empty() {
            if !self.ready && self.greeting > GREETING_BYTES {
                return Err(GuardError::Flood);
            }
            if self.skip > 0 {
                let n = bytes.len().min(self.skip as usize);
                self.greeting += n as u64;
                if self.describing {
                    self.description.extend_from_slice(&bytes[..n]);
                }
                bytes = &bytes[n..];
                self.skip -= u32::try_from(n).unwrap_or(u32::MAX);
                if self.describing && self.skip == 0 {
                    self.describing = false;
                    known_types(&std::mem::take(&mut self.description))?;
                }
                continue;
            }
            let wanted = if self.seen >= 1 && self.head[0] == b'R' { 9 } else { 5 };
            let n = bytes.len().min(wanted - self.seen);
            self.head[self.seen..self.seen + n].copy_from_slice(&bytes[..n]);
            self.seen += n;
            bytes = &bytes[n..];
            if self.seen == wanted && (wanted == 9 || self.head[0] != b'R') {
                self.message()?;
            }
        }
        Ok(())
    }

    fn message(&mut self) -> Result<(), GuardError> {
        let [tag, a, b, c, d, code @ ..] = self.head;
        let length = u32::from_be_bytes([a, b, c, d]);
        let read = u32::try_from(self.seen).unwrap_or_default() - 1;
        if length < read || length > MESSAGE_BYTES {
            return Err(GuardError::MessageLength);
        }
        // 3: clear text, 5: MD5. Without a verified server only SCRAM may see anything made from the password.
        if tag == b'R' && !self.protected && matches!(u32::from_be_bytes(code), 3 | 5) {
            return Err(GuardError::PasswordExposed);
        }
        match tag {
            b'Z' => self.ready = true,
            b'S' => self.parameters += 1,
            b'T' if length > DESCRIPTION_BYTES => return Err(GuardError::MessageLength),
            b'T' => self.describing = length > read,
            _ => {}
        }
        if self.parameters > PARAMETERS {
            return Err(GuardError::Flood);
        }
        self.skip = length - read;
        self.seen = 0;
        self.head = [0; 9];
        Ok(())
    }
}

/// Checks the types in a row description: a count, then for each column its name (ending in NUL) and 18 bytes, of
/// which the 7th to 10th are the type's OID.
fn known_types(body: &[u8]) -> Result<(), GuardError> {
    let mut rest = body.get(2..).unwrap_or_default();
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let Some((fields, tail)) = rest[end + 1..].split_first_chunk::<18>() else { return Ok(()) };
        let oid = u32::from_be_bytes([fields[6], fields[7], fields[8], fields[9]]);
        if Type::from_oid(oid).is_none() {
            return Err(GuardError::UnknownType);
        }
        rest = tail;
    }
    Ok(())
}

/// A stream whose incoming messages are looked at.
pub(super) struct Guard {
    stream: BoxStream,
    reader: Reader,
}

impl Guard {
    /// Guards `stream`; `protected` if it is TLS to a verified server.
    pub(super) fn new(stream: BoxStream, protected: bool) -> Self {
        Self { stream, reader: Reader::new(protected) }
    }
}

impl AsyncRead for Guard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let looked = self.reader.look(&buf.filled()[before..]);
        if looked.is_err() {
            buf.set_filled(before);
        }
        Poll::Ready(looked.map_err(io::Error::other))
    }
}

impl AsyncWrite for Guard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
        [&[tag], length.as_slice(), body].concat()
    }

    /// However the bytes are cut into reads, the verdict is the same.
    fn verdict(protected: bool, bytes: &[u8]) -> Result<(), GuardError> {
        let mut verdicts = [1, 2, 3, 7, bytes.len().max(1)].map(|size| {
            let mut reader = Reader::new(protected);
            bytes.chunks(size).try_for_each(|chunk| reader.look(chunk))
        });
        verdicts.sort_by_key(|v| format!("{v:?}"));
        assert_eq!(verdicts.first(), verdicts.last());
        verdicts[0]
    }

    /// Threat R2: clear text and MD5 only over verified TLS, SCRAM everywhere.
    #[test]
    fn r2_exposed_passwords() {
        for (code, exposed) in [(3, true), (5, true), (10, false), (0, false), (11, false)] {
            let request = [message(b'N', b"notice\0"), message(b'R', &[&[0, 0, 0, code], &b"rest"[..]].concat())].concat();
            let wanted = if exposed { Err(GuardError::PasswordExposed) } else { Ok(()) };
            assert_eq!(verdict(false, &request), wanted, "code {code}");
            assert_eq!(verdict(true, &request), Ok(()), "code {code}");
        }
    }

    fn description(oid: u32) -> Vec<u8> {
        let column = [b"name\0\0\0\0\0\0\0".as_slice(), &oid.to_be_bytes(), &[0; 8]].concat();
        message(b'T', &[[0, 2].as_slice(), &column, &column].concat())
    }

    /// Threat R4: a type that the driver would have to ask for.
    #[test]
    fn r4_unknown_types() {
        assert_eq!(verdict(true, &description(25)), Ok(()));
        assert_eq!(verdict(true, &[description(25), description(99_999)].concat()), Err(GuardError::UnknownType));
        assert_eq!(verdict(true, &message(b'T', &[0, 0])), Ok(()));
    }

    /// Threat R5: a greeting without end, parameters without end.
    #[test]
    fn r5_floods() {
        let notice = message(b'N', &[b'x'; 1_000]);
        assert_eq!(verdict(true, &notice.repeat(300)), Err(GuardError::Flood));
        assert_eq!(verdict(true, &[message(b'Z', b"I"), notice.repeat(300)].concat()), Ok(()), "once it is ready, notices go by");
        let ready = [message(b'Z', b"I"), message(b'S', b"a\0b\0").repeat(300)].concat();
        assert_eq!(verdict(true, &ready), Err(GuardError::Flood));
    }

    /// Threat R5: lengths that no message has.
    #[test]
    fn r5_lengths() {
        for length in [0, 3, 0x7fff_fff0_u32, 0xffff_fff0, MESSAGE_BYTES + 1] {
            assert_eq!(verdict(true, &[b"D", length.to_be_bytes().as_slice()].concat()), Err(GuardError::MessageLength), "{length}");
        }
        assert_eq!(verdict(true, &[b"R", 4_u32.to_be_bytes().as_slice(), &[0; 4]].concat()), Err(GuardError::MessageLength));
        let rows: Vec<u8> = (0..50).flat_map(|n| message(b'D', &vec![b'R'; n * 13])).collect();
        assert_eq!(verdict(false, &rows), Ok(()), "payload is not taken for messages");
    }
}
