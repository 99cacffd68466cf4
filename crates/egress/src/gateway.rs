//! A loopback proxy for drivers that insist on dialing for themselves: SOCKS5 (RFC 1928, 1929) and HTTP CONNECT.
//!
//! It listens on 127.0.0.1, wants a password that exists for one job, dials through that job's [`Session`] (so its policy,
//! deadline and tunnel hold), and is gone with the job.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::dialer::{BoxStream, DialError};
use crate::session::Session;
use crate::target::{Host, Target};

/// Who has not said where to go by then is sent away.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Bytes of a CONNECT request.
const HEAD_BYTES: usize = 8 << 10;

/// Connections of one job at once.
const CONNECTIONS: usize = 64;

/// The name that goes with the password.
const USERNAME: &str = "job";

/// A proxy for one job. Dropping it closes the listener and every connection through it.
pub struct Gateway {
    address: SocketAddr,
    password: SecretString,
    _listening: JoinSet<()>,
}

impl Gateway {
    /// Opens a proxy that dials through `session`.
    pub async fn open(session: Session) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut random = [0; 24];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let password = SecretString::from(URL_SAFE_NO_PAD.encode(random));
        let shared = Arc::new(Shared { session, password: password.clone(), slots: Arc::new(Semaphore::new(CONNECTIONS)) });
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                connections.spawn(serve(shared.clone(), stream));
            }
        });
        Ok(Self { address, password, _listening: listening })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The user name to give.
    pub fn username(&self) -> &'static str {
        USERNAME
    }

    /// The password to give.
    pub fn password(&self) -> &SecretString {
        &self.password
    }
}

struct Shared {
    session: Session,
    password: SecretString,
    slots: Arc<Semaphore>,
}

impl Shared {
    fn admits(&self, username: &[u8], password: &[u8]) -> bool {
        bool::from(password.ct_eq(self.password.expose_secret().as_bytes())) && username == USERNAME.as_bytes()
    }
}

async fn serve(shared: Arc<Shared>, mut client: TcpStream) {
    let Ok(_slot) = shared.slots.clone().try_acquire_owned() else { return };
    let mut first = [0];
    let greeting = async {
        client.peek(&mut first).await?;
        if first[0] == 5 { socks(&shared, &mut client).await } else { connect(&shared, &mut client).await }
    };
    // Dialing has the session's deadline; what is limited here is the client's own part.
    let asked = tokio::time::timeout(HANDSHAKE, greeting).await;
    let Ok(Ok(asked)) = asked else { return };
    let dialed = shared.session.dial(&asked.target).await;
    let answer = asked.protocol.answer(dialed.as_ref().err().copied());
    if let (Ok(()), Ok(mut server)) = (client.write_all(&answer).await, dialed) {
        // Either side may end it; the job's end does in any case.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

/// Where a client wants to go.
struct Asked {
    target: Target,
    protocol: Protocol,
}

#[derive(Clone, Copy)]
enum Protocol {
    Socks,
    Connect,
}

impl Protocol {
    fn answer(self, error: Option<DialError>) -> Vec<u8> {
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
            Self::Connect => match error {
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

fn refused() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

async fn bytes(client: &mut TcpStream, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn socks(shared: &Shared, client: &mut TcpStream) -> io::Result<Asked> {
    let [_, methods] = [client.read_u8().await?, client.read_u8().await?];
    let methods = bytes(client, methods.into()).await?;
    if !methods.contains(&2) {
        client.write_all(&[5, 0xff]).await?;
        return Err(refused());
    }
    client.write_all(&[5, 2]).await?;
    let [_, length] = [client.read_u8().await?, client.read_u8().await?];
    let username = bytes(client, length.into()).await?;
    let length = client.read_u8().await?;
    let password = bytes(client, length.into()).await?;
    if !shared.admits(&username, &password) {
        client.write_all(&[1, 1]).await?;
        return Err(refused());
    }
    client.write_all(&[1, 0]).await?;
    let head = bytes(client, 4).await?;
    let host = match head[3] {
        1 => Ipv4Addr::from_bits(client.read_u32().await?).to_string(),
        3 => {
            let length = client.read_u8().await?;
            String::from_utf8(bytes(client, length.into()).await?).map_err(|_| refused())?
        }
        4 => Ipv6Addr::from_bits(client.read_u128().await?).to_string(),
        _ => return Err(refused()),
    };
    let port = client.read_u16().await?;
    match host.parse::<Host>() {
        Ok(host) if head[1] == 1 => Ok(Asked { target: Target::new(host, port), protocol: Protocol::Socks }),
        _ => {
            client.write_all(&[5, 7, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
            Err(refused())
        }
    }
}

async fn connect(shared: &Shared, client: &mut TcpStream) -> io::Result<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD_BYTES {
            return Err(refused());
        }
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8(head).map_err(|_| refused())?;
    let mut lines = head.split("\r\n");
    let target = target(lines.next().unwrap_or_default());
    let credentials = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
    let decoded = credentials.and_then(|(_, value)| STANDARD.decode(value.trim().strip_prefix("Basic ")?).ok()).unwrap_or_default();
    let (username, password) = decoded.split_at(decoded.iter().position(|byte| *byte == b':').unwrap_or(decoded.len()));
    if !shared.admits(username, password.get(1..).unwrap_or_default()) {
        client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n").await?;
        return Err(refused());
    }
    let Some(target) = target else {
        client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await?;
        return Err(refused());
    };
    Ok(Asked { target, protocol: Protocol::Connect })
}

/// `CONNECT host:port HTTP/1.1`
fn target(line: &str) -> Option<Target> {
    let authority = line.strip_prefix("CONNECT ")?.strip_suffix(" HTTP/1.1")?;
    let (host, port) = authority.rsplit_once(':')?;
    Some(Target::new(host.parse().ok()?, port.parse().ok()?))
}

/// A listener on loopback for one connection to one target, for drivers that know no proxy. Dropping it ends both.
pub struct Forward {
    address: SocketAddr,
    _forwarding: JoinSet<()>,
}

impl Forward {
    /// Dials `target` through `session` when somebody connects, once.
    pub async fn open(session: Session, target: Target) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut forwarding = JoinSet::new();
        forwarding.spawn(async move {
            let Ok((mut client, _)) = listener.accept().await else { return };
            drop(listener);
            let dialed: Result<BoxStream, _> = session.dial(&target).await;
            if let Ok(mut server) = dialed {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
        });
        Ok(Self { address, _forwarding: forwarding })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
