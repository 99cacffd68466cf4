//! A loopback proxy for drivers that insist on dialing for themselves: SOCKS5, HTTP CONNECT, and HTTP requests with a whole URL.
//!
//! It listens on 127.0.0.1, wants a password that exists for one job, dials nothing but what the job named, through that job's
//! [`Session`] (so its policy, deadline and tunnel hold), passes on no more bytes than the job may read, and is gone with the job.

mod asked;
mod behind;
mod counted;
mod forward;
mod named;
mod proxy;
mod socks;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::asked::{Door, USERNAME};
use self::behind::Watched;
pub use self::behind::{Behind, Fault, Objection, Watch};
use self::counted::{Allowance, Counted};
pub use self::forward::Forward;
use self::named::Named;
use crate::deadline::Deadline;
use crate::dialer::{BoxStream, DialError};
use crate::plan::Step;
use crate::session::Session;
use crate::target::Target;
use crate::tls::connect_tls;

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
        Self::open_before(session, targets, bytes, Behind::default()).await
    }

    /// The same for a driver that speaks plainly to the gateway: TLS and what is looked at lie behind it.
    pub async fn open_before(session: Session, targets: Vec<Target>, bytes: u64, behind: Behind) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut random = [0; 24];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            session: Mutex::new(session),
            behind,
            fault: Mutex::new(None),
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
                // Drivers ask and wait: nothing is gained by waiting for more to send.
                let _ = stream.set_nodelay(true);
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

    /// What it dials from now on has until then.
    pub fn until(&self, deadline: Deadline) {
        if let Ok(mut session) = self.shared.session.lock() {
            *session = session.until(deadline);
        }
    }

    /// Why a connection was not made or was cut, the last time that happened: drivers keep that to themselves, or make a text of it.
    pub fn fault(&self) -> Option<Fault> {
        if self.is_spent() {
            return Some(Fault::Objection(Objection::TooLarge));
        }
        self.shared.fault.lock().ok().and_then(|fault| *fault)
    }

    /// Whether more came than the job may read: then its connections were cut for that.
    pub fn is_spent(&self) -> bool {
        self.shared.allowance.is_spent()
    }
}

struct Shared {
    session: Mutex<Session>,
    behind: Behind,
    fault: Mutex<Option<Fault>>,
    door: Door,
    named: Named,
    allowance: Arc<Allowance>,
    slots: Arc<Semaphore>,
}

impl Shared {
    async fn dial(&self, target: &Target) -> Result<BoxStream, DialError> {
        let Ok(session) = self.session.lock().map(|session| session.clone()) else { return Err(DialError::Closed) };
        if !self.named.holds(target) {
            session.trace().refuse(target, "a host that the job did not name".to_owned());
            return Err(DialError::Denied);
        }
        let stream = session.dial(target).await.inspect_err(|error| self.note(Fault::Dial(*error)))?;
        let Some(options) = &self.behind.tls else { return Ok(stream) };
        let secured = session.step(Step::TLS, connect_tls(stream, &target.host, options, session.deadline())).await;
        let secured = secured.inspect_err(|error| self.note(Fault::Tls(*error)));
        secured.map(|stream| Box::new(stream) as BoxStream).map_err(|_| DialError::Closed)
    }

    fn note(&self, fault: Fault) {
        if let Ok(mut last) = self.fault.lock() {
            // An objection says more than that later connections fail, too.
            if !matches!(*last, Some(Fault::Objection(_))) {
                *last = Some(fault);
            }
        }
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
    let dialed = Box::pin(shared.dial(&asked.target)).await;
    let answer = asked.protocol.answer(dialed.as_ref().err().copied());
    let (Ok(()), Ok(stream)) = (client.write_all(&answer).await, dialed) else { return };
    let mut server = Watched::new(Counted { stream, allowance: shared.allowance.clone() }, &shared.behind);
    if server.write_all(&asked.first).await.is_ok() {
        // Either side may end it; the job's end does in any case.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
    if let Some(objection) = server.objection() {
        shared.note(Fault::Objection(objection));
    }
}
