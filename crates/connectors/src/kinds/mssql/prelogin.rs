//! The first exchange of TDS: what version, and whether there will be TLS (MS-TDS, 2.2.6.5).

use egress::BoxStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::{ConnectError, ConnectErrorKind as K};

/// Type of a packet that asks, and that carries TLS records on their way out.
pub(super) const PRELOGIN: u8 = 0x12;
/// Type of a packet that answers.
pub(super) const RESPONSE: u8 = 0x04;
/// Bytes of a packet's head: type, status, length (with the head), process, number, window.
pub(super) const HEAD: usize = 8;
/// Bytes of the longest packet before a login has agreed on another size.
pub(super) const PACKET: usize = 4096;

const ENCRYPTION: u8 = 1;
const TERMINATOR: u8 = 0xff;

/// The head of a packet; `last` ends its message.
pub(super) fn head(kind: u8, last: bool, payload: usize) -> [u8; HEAD] {
    let length = u16::try_from(HEAD + payload).unwrap_or(u16::MAX).to_be_bytes();
    [kind, u8::from(last), length[0], length[1], 0, 0, 1, 0]
}

/// A message of VERSION, ENCRYPTION, INSTOPT, THREADID and MARS.
pub(super) fn message(kind: u8, encryption: u8) -> Vec<u8> {
    let options: [(u8, &[u8]); 5] =
        [(0, &[0, 0, 0, 0, 0, 0]), (ENCRYPTION, &[encryption]), (2, &[0]), (3, if kind == PRELOGIN { &[0; 4] } else { &[] }), (4, &[0])];
    let (mut table, mut data) = (Vec::new(), Vec::new());
    for (token, value) in options {
        let offset = options.len() * 5 + 1 + data.len();
        let number = |n: usize| u16::try_from(n).unwrap_or(u16::MAX).to_be_bytes();
        table.push(token);
        table.extend(number(offset));
        table.extend(number(value.len()));
        data.extend_from_slice(value);
    }
    table.push(TERMINATOR);
    [&head(kind, true, table.len() + data.len())[..], &table, &data].concat()
}

/// Says that there must be TLS for everything, and listens whether there will be.
pub(super) async fn ask(stream: &mut BoxStream) -> Result<(), ConnectError> {
    let closed = |_| ConnectError::from(K::Closed);
    stream.write_all(&message(PRELOGIN, 1)).await.map_err(closed)?;
    stream.flush().await.map_err(closed)?;
    let mut head = [0; HEAD];
    stream.read_exact(&mut head).await.map_err(closed)?;
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    if head[0] != RESPONSE || head[1] & 1 == 0 || !(HEAD + 1..=PACKET).contains(&length) {
        return Err(K::Protocol.into());
    }
    let mut body = vec![0; length - HEAD];
    stream.read_exact(&mut body).await.map_err(closed)?;
    match option(&body, ENCRYPTION) {
        // On, or required.
        Some([1 | 3]) => Ok(()),
        // Off, which means for the login alone, or not supported.
        Some([0 | 2]) => Err(K::TlsUnsupported.into()),
        _ => Err(K::Protocol.into()),
    }
}

/// The value of an option.
fn option(body: &[u8], wanted: u8) -> Option<&[u8]> {
    for entry in body.chunks(5) {
        match entry {
            [TERMINATOR, ..] => return None,
            [token, a, b, c, d] if *token == wanted => {
                let (offset, length) = (usize::from(u16::from_be_bytes([*a, *b])), usize::from(u16::from_be_bytes([*c, *d])));
                return body.get(offset..offset + length);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_can_be_read_back() {
        let question = message(PRELOGIN, 1);
        assert_eq!((question[0], question.len()), (PRELOGIN, usize::from(u16::from_be_bytes([question[2], question[3]]))));
        assert_eq!(option(&question[HEAD..], ENCRYPTION), Some(&[1][..]));
        assert_eq!(option(&message(RESPONSE, 2)[HEAD..], ENCRYPTION), Some(&[2][..]));
        assert_eq!(option(&message(RESPONSE, 2)[HEAD..], 3), Some(&[][..]));
    }

    /// Threat R4: options that point nowhere.
    #[test]
    fn r4_options() {
        for body in [&b""[..], b"\xff", b"\x01", b"\x01\xff\xff\xff\xff\xff", b"\x01\0\x06\0\x02\xff\x01", b"\x00\0\0\0\0\x00\0\0\0\0"] {
            assert_eq!(option(body, ENCRYPTION), None, "{body:?}");
        }
    }
}
