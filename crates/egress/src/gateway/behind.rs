//! What lies between the gateway and a server, for drivers that speak plainly to the gateway: TLS, and somebody who looks at what comes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::counted::Counted;
use crate::dialer::DialError;
use crate::tls::{TlsError, TlsOptions};

/// What the gateway adds to the connections that it makes.
#[derive(Clone, Default)]
pub struct Behind {
    /// How TLS is made with the server, if it is.
    pub tls: Option<TlsOptions>,
    /// Makes who looks at what the server sends on one connection.
    pub watch: Option<fn() -> Box<dyn Watch>>,
}

/// Looks at what a server sends, in the words of its protocol, before the driver does.
pub trait Watch: Send {
    /// Takes the next bytes; with an objection the connection is cut, and the driver does not see them.
    fn see(&mut self, bytes: &[u8]) -> Result<(), Objection>;
}

/// Why a connection was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// A message is larger than any is, or all together are more than the job may read.
    TooLarge,
    /// It asks for more computation than anybody needs.
    TooCostly,
    /// It is none of the protocol's.
    Protocol,
}

/// Why a connection was not made, or did not last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It was not made.
    Dial(DialError),
    /// TLS was not made on it.
    Tls(TlsError),
    /// It was cut.
    Objection(Objection),
}

/// A server's stream that is looked at.
pub(super) struct Watched {
    server: Counted,
    watch: Option<Box<dyn Watch>>,
    objection: Option<Objection>,
}

impl Watched {
    pub(super) fn new(server: Counted, behind: &Behind) -> Self {
        Self { server, watch: behind.watch.map(|make| make()), objection: None }
    }

    pub(super) fn objection(&self) -> Option<Objection> {
        self.objection
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let Self { server, watch, objection } = &mut *self;
        ready!(Pin::new(server).poll_read(cx, buffer))?;
        let Some(Err(found)) = watch.as_mut().map(|watch| watch.see(&buffer.filled()[before..])) else { return Poll::Ready(Ok(())) };
        *objection = Some(found);
        buffer.set_filled(before);
        Poll::Ready(Err(io::ErrorKind::InvalidData.into()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.server).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.server).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.server).poll_shutdown(cx)
    }
}
