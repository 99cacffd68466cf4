//! `tls-server-end-point` channel binding (RFC 5929): ties SCRAM to the certificate that TLS saw.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use sha2::{Digest, Sha256, Sha384, Sha512};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::guard::Guard;

/// The hash of a certificate that SCRAM-SHA-256-PLUS takes; none for signatures without a hash of their own.
pub(super) fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let algorithm = Certificate::from_der(certificate).ok()?.signature_algorithm.oid.to_string();
    match algorithm.as_str() {
        // MD5, SHA-1 and SHA-256 with RSA, SHA-256 with ECDSA: SHA-256 (RFC 5929, section 4.1)
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => {
            Some(Sha256::digest(certificate).to_vec())
        }
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some(Sha384::digest(certificate).to_vec()),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Some(Sha512::digest(certificate).to_vec()),
        _ => None,
    }
}

/// Hands a session that `egress` made to the driver, which takes it for a TLS session of its own making.
pub(super) struct Established {
    pub(super) end_point: Option<Vec<u8>>,
}

/// The stream with what SCRAM wants to know of it.
pub(super) struct Bound {
    stream: Guard,
    end_point: Option<Vec<u8>>,
}

impl TlsConnect<Guard> for Established {
    type Stream = Bound;
    type Error = Infallible;
    type Future = Ready<Result<Bound, Infallible>>;

    fn connect(self, stream: Guard) -> Self::Future {
        ready(Ok(Bound { stream, end_point: self.end_point }))
    }
}

impl TlsStream for Bound {
    fn channel_binding(&self) -> ChannelBinding {
        self.end_point.clone().map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl AsyncRead for Bound {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Bound {
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
