//! A stream that carries the records of a TLS handshake in TDS packets, and steps aside when the handshake is over (MS-TDS, 3.2.5.2).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use egress::BoxStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::prelogin::{HEAD, PACKET, PRELOGIN, RESPONSE, head};

/// Ends the handshake of the [`Tunnel`] that it came with.
pub(super) struct Finish(Arc<AtomicBool>);

impl Finish {
    /// From here on bytes pass as they are.
    pub(super) fn now(self) {
        self.0.store(true, Ordering::Release);
    }
}

/// The stream below TLS.
pub(super) struct Tunnel {
    inner: BoxStream,
    finished: Arc<AtomicBool>,
    /// Records that have not been put into packets yet.
    flight: BytesMut,
    /// Packets that have not been sent yet.
    out: BytesMut,
    /// The head of the packet that is being read, as far as it has come.
    head: [u8; HEAD],
    headed: usize,
    /// What is left of that packet.
    left: usize,
}

impl Tunnel {
    pub(super) fn new(inner: BoxStream) -> (Self, Finish) {
        let finished = Arc::new(AtomicBool::new(false));
        let this =
            Self { inner, finished: finished.clone(), flight: BytesMut::new(), out: BytesMut::new(), head: [0; HEAD], headed: 0, left: 0 };
        (this, Finish(finished))
    }

    fn through(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    /// Reads the head of the next packet.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.left == 0 {
            let mut rest = ReadBuf::new(&mut self.head[self.headed..]);
            ready!(Pin::new(&mut self.inner).poll_read(cx, &mut rest))?;
            let read = rest.filled().len();
            if read == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.headed += read;
            if self.headed == HEAD {
                self.headed = 0;
                let length = usize::from(u16::from_be_bytes([self.head[2], self.head[3]]));
                if !matches!(self.head[0], PRELOGIN | RESPONSE) || length < HEAD {
                    return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
                }
                self.left = length - HEAD;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        // A packet that was begun is read to its end.
        if this.left == 0 && this.through() {
            return Pin::new(&mut this.inner).poll_read(cx, buffer);
        }
        ready!(this.poll_head(cx))?;
        // By way of a buffer of our own: these are the few kilobytes of a handshake.
        let mut bytes = [0; PACKET];
        let room = this.left.min(buffer.remaining()).min(PACKET);
        let mut part = ReadBuf::new(&mut bytes[..room]);
        ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        if read == 0 && room > 0 {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        buffer.put_slice(part.filled());
        this.left -= read;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.through() && self.flight.is_empty() && self.out.is_empty() {
            return Pin::new(&mut self.inner).poll_write(cx, bytes);
        }
        self.flight.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while !this.flight.is_empty() {
            let part = this.flight.split_to(this.flight.len().min(PACKET - HEAD));
            this.out.extend_from_slice(&head(PRELOGIN, this.flight.is_empty(), part.len()));
            this.out.extend_from_slice(&part);
        }
        while !this.out.is_empty() {
            let written = ready!(Pin::new(&mut this.inner).poll_write(cx, &this.out))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            this.out.advance(written);
        }
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
