//! Reads along with the server's messages and stops before harm is done.
//!
//! The driver hands a clear-text password to any server that asks, and gathers a message of whatever length it is
//! told to expect. The guard sees each message first (framing: PostgreSQL documentation, "Message Formats").

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use egress::BoxStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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
}

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
}

impl Reader {
    fn new(protected: bool) -> Self {
        Self { head: [0; 9], seen: 0, skip: 0, protected }
    }

    fn look(&mut self, mut bytes: &[u8]) -> Result<(), GuardError> {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let n = bytes.len().min(self.skip as usize);
                bytes = &bytes[n..];
                self.skip -= u32::try_from(n).unwrap_or(u32::MAX);
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
        self.skip = length - read;
        self.seen = 0;
        self.head = [0; 9];
        Ok(())
    }
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
