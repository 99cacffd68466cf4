//! What stands between the driver and the session: it answers the driver's own first question, which has been asked and answered
//! already, and it counts what the server sends.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tiberius::error::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::error::map;
use super::prelogin::{HEAD, RESPONSE, message};
use crate::error::{ConnectError, ConnectErrorKind};

/// Bytes from one row to the next, or before the first. The driver keeps a whole row, and takes values of 2 GiB.
const ROW_BYTES: usize = 8 << 20;

/// Counts bytes since the last row; whoever reads rows sets it back.
#[derive(Clone, Default)]
pub(super) struct Meter(Arc<AtomicUsize>);

impl Meter {
    /// A row has come whole.
    pub(super) fn row(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// The words for a failure of the driver's: it forgets that it was us who cut the server off.
    pub(super) fn map(&self, error: &Error) -> ConnectError {
        if self.0.load(Ordering::Relaxed) > ROW_BYTES { ConnectErrorKind::TooMuch.into() } else { map(error) }
    }
}

/// The stream that the driver gets.
pub(super) struct Shim<S> {
    inner: S,
    /// The driver's question, as far as it has come; none once it is answered.
    question: Option<BytesMut>,
    answer: BytesMut,
    meter: Meter,
}

impl<S> Shim<S> {
    /// Over a session that has TLS.
    pub(super) fn new(inner: S) -> (Self, Meter) {
        let meter = Meter::default();
        (Self { inner, question: Some(BytesMut::new()), answer: BytesMut::new(), meter: meter.clone() }, meter)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Shim<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.answer.is_empty() {
            let part = this.answer.len().min(buffer.remaining());
            buffer.put_slice(&this.answer[..part]);
            this.answer.advance(part);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buffer))?;
        let read = buffer.filled().len() - before;
        if this.meter.0.fetch_add(read, Ordering::Relaxed) + read > ROW_BYTES {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Shim<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let Some(question) = &mut this.question else { return Pin::new(&mut this.inner).poll_write(cx, bytes) };
        // The length is known with the head, and the driver waits for the answer before it says more.
        question.extend_from_slice(bytes);
        if question.len() >= HEAD && question.len() >= usize::from(u16::from_be_bytes([question[2], question[3]])) {
            this.question = None;
            // "Not supported": the driver is to leave TLS to us.
            this.answer.extend_from_slice(&message(RESPONSE, 2));
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
