//! Statements and their rows, as text
//! (<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html>).

use std::borrow::Cow;

use bytes::Bytes;

use super::error::of_packet;
use super::packet::Wire;
use crate::error::{ConnectError, ConnectErrorKind as K};

const COM_QUIT: u8 = 1;
const COM_INIT_DB: u8 = 2;
const COM_QUERY: u8 = 3;

/// More columns than any statement of ours has.
const COLUMNS: usize = 64;

/// Makes `database` the default one.
pub(super) async fn use_database(wire: &mut Wire, database: &str) -> Result<(), ConnectError> {
    wire.command(COM_INIT_DB, database.as_bytes()).await?;
    let packet = wire.read().await?;
    match packet.first() {
        Some(0) => Ok(()),
        Some(0xff) => Err(of_packet(&packet)),
        _ => Err(K::Protocol.into()),
    }
}

/// Runs a statement that returns nothing. What a server refuses in words of its own is no failure: these are settings, and
/// proxies and compatible products do not know them all.
pub(super) async fn settle(wire: &mut Wire, sql: &str) -> Result<(), ConnectError> {
    wire.command(COM_QUERY, sql.as_bytes()).await?;
    match wire.read().await?.first() {
        Some(0 | 0xff) => Ok(()),
        _ => Err(K::Protocol.into()),
    }
}

/// Says goodbye, so that the server does not log a connection that broke off.
pub(super) async fn quit(wire: &mut Wire) {
    // Whether it arrives changes nothing.
    let _ = wire.command(COM_QUIT, &[]).await;
}

/// Runs a statement; its rows are read as they are asked for.
pub(super) async fn query<'a>(wire: &'a mut Wire, sql: &str) -> Result<Rows<'a>, ConnectError> {
    wire.command(COM_QUERY, sql.as_bytes()).await?;
    let packet = wire.read().await?;
    let columns = match packet.first() {
        Some(0xff) => return Err(of_packet(&packet)),
        // 0xfb asks for a file of ours, and there is none to have; 0 says that there is no result, where there must be one.
        Some(count @ 1..=0xfa) if packet.len() == 1 && usize::from(*count) <= COLUMNS => usize::from(*count),
        _ => return Err(K::Protocol.into()),
    };
    for _ in 0..columns {
        wire.read().await?;
    }
    if is_end(&wire.read().await?) { Ok(Rows { wire, columns, ended: false }) } else { Err(K::Protocol.into()) }
}

/// 0xfe with less than eight bytes after it; a row may begin with 0xfe only if it is longer than any row that we take.
fn is_end(packet: &[u8]) -> bool {
    packet.first() == Some(&0xfe) && packet.len() < 9
}

/// The rows of a statement.
pub(super) struct Rows<'a> {
    wire: &'a mut Wire,
    columns: usize,
    ended: bool,
}

impl Rows<'_> {
    /// The next row, if there is one.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, ConnectError> {
        if self.ended {
            return Ok(None);
        }
        let packet = self.wire.read().await?;
        if packet.first() == Some(&0xff) {
            return Err(of_packet(&packet));
        }
        if is_end(&packet) {
            self.ended = true;
            return Ok(None);
        }
        Row::parse(packet, self.columns).map(Some)
    }
}

/// A row: values as text, each with its place in the packet.
pub(super) struct Row {
    packet: Bytes,
    values: Vec<Option<std::ops::Range<usize>>>,
}

impl Row {
    fn parse(packet: Bytes, columns: usize) -> Result<Self, ConnectError> {
        let mut values = Vec::with_capacity(columns);
        let mut at = 0;
        for _ in 0..columns {
            let rest = packet.get(at..).unwrap_or_default();
            let (head, length) = match rest {
                [0xfb, ..] => {
                    values.push(None);
                    at += 1;
                    continue;
                }
                [0xfc, a, b, ..] => (3, usize::from(u16::from_le_bytes([*a, *b]))),
                // Four bytes, of which the last is not the length's: no packet has more than 4 MiB.
                [0xfd, a, b, c, ..] => (4, usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16),
                [length @ 0..=0xfa, ..] => (1, usize::from(*length)),
                _ => return Err(K::Protocol.into()),
            };
            let (start, end) = (at + head, at + head + length);
            if end > packet.len() {
                return Err(K::Protocol.into());
            }
            values.push(Some(start..end));
            at = end;
        }
        if at == packet.len() { Ok(Self { packet, values }) } else { Err(K::Protocol.into()) }
    }

    /// A value, unless it is null. What is no UTF-8 is shown as such.
    pub(super) fn get(&self, column: usize) -> Option<Cow<'_, str>> {
        let range = self.values.get(column)?.clone()?;
        Some(String::from_utf8_lossy(&self.packet[range]))
    }

    /// A value that is never null.
    pub(super) fn text(&self, column: usize) -> Cow<'_, str> {
        self.get(column).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threat R4: rows that do not fit their columns are a broken protocol, never a panic.
    #[test]
    fn r4_rows() {
        let row = Row::parse(Bytes::from_static(b"\x02ab\xfb\x00\xfc\x01\x00c"), 4).expect("a row");
        assert_eq!(
            (row.get(0).as_deref(), row.get(1), row.get(2).as_deref(), row.get(3).as_deref()),
            (Some("ab"), None, Some(""), Some("c"))
        );
        assert_eq!(row.get(9), None);
        for broken in [
            &b""[..],
            b"\x05ab",
            b"\xfc\xff\xffab",
            b"\xfd\xff\xff\xff",
            b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xff",
            b"\x01ab",
            b"\xfc\x01",
        ] {
            assert!(Row::parse(Bytes::copy_from_slice(broken), 1).is_err(), "{broken:?}");
        }
        assert_eq!(Row::parse(Bytes::from_static(b"\x01\xff"), 1).expect("a row").text(0), "\u{fffd}");
    }
}
