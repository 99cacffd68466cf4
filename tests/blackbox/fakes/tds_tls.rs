//! The server's side of a TLS handshake that is carried in TDS packets.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Stream;

/// Bytes of a packet of the handshake.
const PACKET: usize = 333;

/// The stream below TLS, and what ends the handshake.
pub(super) fn wrapped(inner: Box<dyn Stream>) -> (Wrapped, impl FnOnce()) {
    let finished = Arc::new(AtomicBool::new(false));
    let shared = finished.clone();
    (Wrapped { inner, finished, flight: Vec::new(), out: Vec::new(), head: Vec::new(), left: 0 }, move || {
        shared.store(true, Ordering::Release);
    })
}

pub(super) struct Wrapped {
    inner: Box<dyn Stream>,
    finished: Arc<AtomicBool>,
    flight: Vec<u8>,
    out: Vec<u8>,
    head: Vec<u8>,
    left: usize,
}

impl AsyncRead for Wrapped {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.left == 0 && this.finished.load(Ordering::Acquire) {
            return Pin::new(&mut this.inner).poll_read(cx, buffer);
        }
        while this.left == 0 {
            let mut byte = [0];
            let mut one = ReadBuf::new(&mut byte);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut one))?;
            if one.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.head.push(byte[0]);
            if let [_, _, high, low, _, _, _, _] = this.head[..] {
                this.left = usize::from(u16::from_be_bytes([high, low])) - 8;
                this.head.clear();
            }
        }
        let mut bytes = vec![0; this.left.min(buffer.remaining())];
        let mut part = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
        this.left -= part.filled().len();
        buffer.put_slice(part.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.finished.load(Ordering::Acquire) {
            return Pin::new(&mut this.inner).poll_write(cx, bytes);
        }
        this.flight.extend(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        // In small packets, so that records and packets end in different places.
        let flight = std::mem::take(&mut this.flight);
        let count = flight.chunks(PACKET).count();
        for (n, part) in flight.chunks(PACKET).enumerate() {
            let length = u16::try_from(part.len() + 8).expect("small").to_be_bytes();
            this.out.extend([0x12, u8::from(n + 1 == count), length[0], length[1], 0, 0, 1, 0]);
            this.out.extend(part);
        }
        while !this.out.is_empty() {
            let written = ready!(Pin::new(&mut this.inner).poll_write(cx, &this.out))?;
            this.out.drain(..written);
        }
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
