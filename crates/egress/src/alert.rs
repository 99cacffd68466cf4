//! What a server that speaks TLS answers to plain text: an alert of its own (RFC 8446, 5.1 and 6).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A record of TLS that is an alert: its type, and the first byte of its version.
const ALERT: [u8; 2] = [0x15, 0x03];

/// Whether a connection began with an alert.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alert(Arc<AtomicBool>);

impl Alert {
    pub(crate) fn is_met(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream in plain text whose first bytes are looked at.
pub(crate) struct Watched<S> {
    stream: S,
    /// How many bytes of an alert have come; none any more if something else did.
    seen: Option<usize>,
    alert: Alert,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S, alert: Alert) -> Self {
        Self { stream, seen: Some(0), alert }
    }

    fn look(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let Some(n) = self.seen else { return };
            self.seen = (ALERT.get(n) == Some(byte)).then_some(n + 1);
            if self.seen == Some(ALERT.len()) {
                self.alert.0.store(true, Ordering::Relaxed);
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.look(&buffer.filled()[before..]);
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
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
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn an_alert_is_the_first_thing_that_comes() {
        for (said, wanted) in [
            (&b"\x15\x03\x03\x00\x02\x02\x50"[..], true),
            (b"\x15\x03", true),
            (b"\x15", false),
            (b"\x16\x03\x03", false),
            (b"HTTP/1.1 200 OK\r\n\r\n\x15\x03\x03", false),
            (b"\x15\x15\x03", false),
            (b"", false),
        ] {
            let alert = Alert::default();
            let mut watched = Watched::new(said, alert.clone());
            let mut byte = [0];
            while watched.read(&mut byte).await.expect("read") > 0 {}
            assert_eq!(alert.is_met(), wanted, "{said:02x?}");
        }
    }
}
