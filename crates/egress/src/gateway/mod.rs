//! A loopback proxy for drivers that insist on dialing for themselves: SOCKS5, HTTP CONNECT, and HTTP requests with a whole URL.
//!
//! It listens on 127.0.0.1, wants a password that exists for one job, dials nothing but what the job named, through that job's
//! [`Session`] (so its policy, deadline and tunnel hold), passes on no more bytes than the job may read, and is gone with the job.

mod asked;
mod counted;
mod forward;
mod named;
mod proxy;
mod socks;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::asked::{Door, USERNAME};
use self::counted::{Allowance, Counted};
pub use self::forward::Forward;
use self::named::Named;
use crate::dialer::{BoxStream, DialError};
use crate::session::Session;
use crate::target::Target;

/// Who has not said where to go by then is sent away.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Connections of one job at once.
const CONNECTIONS: usize = 64;

/// A proxy for one job. Dropping it closes the listener and every connection through it.
pub struct Gateway {
    address: SocketAddr,
    shared: Arc<Shared>,
    _listening: JoinSet<()>,
}

impl Gateway {
    /// Opens a proxy that dials `targets` and nothing else through `session`, and passes on at most `bytes` that they send.
    pub async fn open(session: Session, targets: Vec<Target>, bytes: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut random = [0; 24];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            session,
            door: Door(SecretString::from(URL_SAFE_NO_PAD.encode(random))),
            named: Named::new(targets),
            allowance: Allowance::new(bytes),
            slots: Arc::new(Semaphore::new(CONNECTIONS)),
        });
        let mut listening = JoinSet::new();
        let served = shared.clone();
        listening.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                connections.spawn(serve(served.clone(), stream));
            }
        });
        Ok(Self { address, shared, _listening: listening })
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
        &self.shared.door.0
    }

    /// Lets the job dial a member that its server announced, too; policy judges it before a packet leaves, as any other.
    /// Of an announcement beyond the cap nothing is kept, and the answer is `false`.
    pub fn announce(&self, target: Target) -> bool {
        self.shared.named.announce(target)
    }

    /// Whether more came than the job may read: then its connections were cut for that.
    pub fn is_spent(&self) -> bool {
        self.shared.allowance.is_spent()
    }
}

struct Shared {
    session: Session,
    door: Door,
    named: Named,
    allowance: Arc<Allowance>,
    slots: Arc<Semaphore>,
}

impl Shared {
    async fn dial(&self, target: &Target) -> Result<BoxStream, DialError> {
        if !self.named.holds(target) {
            self.session.trace().refuse(target, "a host that the job did not name".to_owned());
            return Err(DialError::Denied);
        }
        self.session.dial(target).await
    }
}

async fn serve(shared: Arc<Shared>, mut client: TcpStream) {
    let Ok(_slot) = shared.slots.clone().try_acquire_owned() else { return };
    let mut first = [0];
    let greeting = async {
        client.peek(&mut first).await?;
        if first[0] == 5 { socks::socks(&shared.door, &mut client).await } else { proxy::proxy(&shared.door, &mut client).await }
    };
    // Dialing has the session's deadline; what is limited here is the client's own part.
    let asked = tokio::time::timeout(HANDSHAKE, greeting).await;
    let Ok(Ok(asked)) = asked else { return };
    let dialed = shared.dial(&asked.target).await;
    let answer = asked.protocol.answer(dialed.as_ref().err().copied());
    let (Ok(()), Ok(stream)) = (client.write_all(&answer).await, dialed) else { return };
    let mut server = Counted { stream, allowance: shared.allowance.clone() };
    if server.write_all(&asked.first).await.is_ok() {
        // Either side may end it; the job's end does in any case.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}
