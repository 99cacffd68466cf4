//! A stream whose bytes are counted: a source that sends none makes no progress.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::trace::Trace;

/// A stream that tells its job's trace how much came in.
pub(crate) struct Metered<S> {
    stream: S,
    trace: Trace,
}

impl<S> Metered<S> {
    /// The same stream, counted.
    pub(crate) fn new(stream: S, trace: Trace) -> Self {
        Self { stream, trace }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.trace.receive(buffer.filled().len() - before);
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn what_comes_in_is_counted() {
        let (mut near, far) = tokio::io::duplex(64);
        let trace = Trace::default();
        let mut far = Metered::new(far, trace.clone());
        near.write_all(b"12345").await.expect("written");
        far.write_all(b"not counted").await.expect("written");
        far.read_exact(&mut [0; 3]).await.expect("read");
        assert_eq!(trace.received(), 3);
        far.read_exact(&mut [0; 2]).await.expect("read");
        assert_eq!(trace.received(), 5);
    }
}
