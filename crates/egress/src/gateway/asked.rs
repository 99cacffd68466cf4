//! What a client of the gateway asks for, and how it is answered, in whichever protocol it came.

use std::io;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::dialer::DialError;
use crate::target::Target;

/// The name that goes with the password.
pub(super) const USERNAME: &str = "job";

/// The one-time password of a job.
pub(super) struct Door(pub(super) SecretString);

impl Door {
    pub(super) fn admits(&self, username: &[u8], password: &[u8]) -> bool {
        bool::from(password.ct_eq(self.0.expose_secret().as_bytes())) && username == USERNAME.as_bytes()
    }
}

/// Where a client wants to go.
pub(super) struct Asked {
    pub(super) target: Target,
    pub(super) protocol: Protocol,
    /// What of its request has to go on to the server.
    pub(super) first: Vec<u8>,
}

/// How it asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// SOCKS5.
    Socks,
    /// `CONNECT host:port`
    Connect,
    /// `GET http://host:port/path`: the server's own answer is the answer.
    Absolute,
}

impl Protocol {
    /// What is said before the first byte of the server's.
    pub(super) fn answer(self, error: Option<DialError>) -> Vec<u8> {
        match self {
            Self::Socks => {
                let code = match error {
                    None => 0,
                    Some(DialError::Denied | DialError::ForwardingProhibited) => 2,
                    Some(DialError::Unresolved | DialError::ResolveTimedOut | DialError::Unreachable) => 4,
                    Some(DialError::Refused) => 5,
                    Some(DialError::TimedOut) => 6,
                    Some(DialError::Closed | DialError::Exhausted) => 1,
                };
                vec![5, code, 0, 1, 0, 0, 0, 0, 0, 0]
            }
            Self::Connect | Self::Absolute => match error {
                None if self == Self::Absolute => Vec::new(),
                None => b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec(),
                Some(DialError::Denied | DialError::ForwardingProhibited) => {
                    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_vec()
                }
                Some(DialError::TimedOut) => b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n".to_vec(),
                Some(_) => b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n".to_vec(),
            },
        }
    }
}

pub(super) fn refused() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

pub(super) async fn bytes(client: &mut TcpStream, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}
