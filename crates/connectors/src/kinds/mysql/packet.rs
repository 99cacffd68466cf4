//! Packets: three bytes of length, one of sequence, the payload
//! (<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html>).

use bytes::{Buf, Bytes, BytesMut};
use egress::BoxStream;
use mysql_common::proto::MySerialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::{ConnectError, ConnectErrorKind};

/// The longest packet that is taken. No row of a catalog comes near it, and what is longer than 16 MiB would come in parts.
const PACKET_BYTES: usize = 4 << 20;

/// Bytes asked of the stream at once.
const READ_BYTES: usize = 64 << 10;

/// A stream cut into packets.
pub(super) struct Wire {
    stream: BoxStream,
    input: BytesMut,
    sequence: u8,
}

fn closed(_: std::io::Error) -> ConnectError {
    ConnectErrorKind::Closed.into()
}

impl Wire {
    pub(super) fn new(stream: BoxStream) -> Self {
        Self { stream, input: BytesMut::new(), sequence: 0 }
    }

    /// The stream itself, for TLS. Bytes that came before TLS would be read as if they had come inside it: there must be none.
    pub(super) fn into_stream(self) -> Result<(BoxStream, u8), ConnectError> {
        if self.input.is_empty() { Ok((self.stream, self.sequence)) } else { Err(ConnectErrorKind::Protocol.into()) }
    }

    /// Goes on over another stream.
    pub(super) fn resumed(stream: BoxStream, sequence: u8) -> Self {
        Self { stream, input: BytesMut::new(), sequence }
    }

    /// The payload of the next packet. Memory grows with what has come, not with what was announced.
    pub(super) async fn read(&mut self) -> Result<Bytes, ConnectError> {
        self.fill(4).await?;
        let length = usize::from(self.input[0]) | usize::from(self.input[1]) << 8 | usize::from(self.input[2]) << 16;
        if self.input[3] != self.sequence || length > PACKET_BYTES {
            return Err(ConnectErrorKind::Protocol.into());
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.input.advance(4);
        self.fill(length).await?;
        Ok(self.input.split_to(length).freeze())
    }

    async fn fill(&mut self, bytes: usize) -> Result<(), ConnectError> {
        while self.input.len() < bytes {
            self.input.reserve(READ_BYTES);
            if self.stream.read_buf(&mut self.input).await.map_err(closed)? == 0 {
                return Err(ConnectErrorKind::Closed.into());
            }
        }
        Ok(())
    }

    /// Sends a packet.
    pub(super) async fn write(&mut self, payload: &[u8]) -> Result<(), ConnectError> {
        let length = u32::try_from(payload.len()).ok().filter(|n| *n < 0xff_ffff).ok_or(ConnectErrorKind::Internal)?;
        let mut packet = Vec::with_capacity(4 + payload.len());
        packet.extend_from_slice(&length.to_le_bytes()[..3]);
        packet.push(self.sequence);
        packet.extend_from_slice(payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.stream.write_all(&packet).await.map_err(closed)?;
        self.stream.flush().await.map_err(closed)
    }

    /// Sends a structure of the protocol.
    pub(super) async fn write_struct(&mut self, structure: &impl MySerialize) -> Result<(), ConnectError> {
        let mut payload = Vec::new();
        structure.serialize(&mut payload);
        self.write(&payload).await
    }

    /// Begins a command: sequences start anew.
    pub(super) async fn command(&mut self, code: u8, argument: &[u8]) -> Result<(), ConnectError> {
        self.sequence = 0;
        self.write(&[&[code], argument].concat()).await
    }
}
