//! Opening a stream: resolve once, check every address, connect to a checked one, check the peer.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::deadline::Deadline;
use crate::dns::{Announced, NamedServers, RecordError, announced};
use crate::exhausted::{is_exhausted, no_descriptor_left};
use crate::metered::Metered;
use crate::moved::Moved;
use crate::plan::Step;
use crate::policy::{Denied, Policy};
use crate::resolve::{Resolve, SystemResolver};
use crate::target::{Host, Target};
use crate::trace::Trace;

/// A connected byte stream of whatever make.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static> Stream for T {}

/// What a dialer returns; drivers take it in place of a socket.
pub type BoxStream = Box<dyn Stream>;

/// Opens connections. TLS is not its business: callers wrap the stream with the logical host name.
#[async_trait]
pub trait Dialer: Debug + Send + Sync {
    /// Connects to `target` before `deadline`, noting its steps in `trace`.
    async fn dial(&self, target: &Target, deadline: Deadline, trace: &Trace) -> Result<BoxStream, DialError>;

    /// Whether the operator has allowed this host by its name (or its address, where it has no name). A kind whose hosts are one
    /// vendor's asks it about others; policy judges the dialing itself, here as everywhere.
    fn names(&self, _host: &Host) -> bool {
        false
    }

    /// Where a service of the target's host is, by DNS. Its own port is for the operator's log alone.
    async fn announced(&self, _service: &str, _of: &Target, _deadline: Deadline, _trace: &Trace) -> Result<Announced, RecordError> {
        Err(RecordError::Absent)
    }

    /// Where the operator has a host of a vendor's, if that is elsewhere.
    fn moved(&self, _host: &Host) -> Option<&Moved> {
        None
    }
}

/// Why no connection came about. The texts are safe to show: they hold nothing that a remote server sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// Policy refused before a packet left.
    #[error("this server's egress policy does not allow the host or port")]
    Denied,
    /// The name has no address.
    #[error("the host name cannot be resolved")]
    Unresolved,
    /// Whoever answers for names did not do so in time.
    #[error("the host name was not resolved in time")]
    ResolveTimedOut,
    /// Nothing listens there.
    #[error("the connection was refused")]
    Refused,
    /// No route, or the network is down.
    #[error("the host cannot be reached")]
    Unreachable,
    /// No answer in time.
    #[error("the host did not answer in time")]
    TimedOut,
    /// The connection broke while it was made.
    #[error("the connection was closed")]
    Closed,
    /// The SSH server does not forward there.
    #[error("the SSH server does not allow forwarding to the host")]
    ForwardingProhibited,
    /// We have no descriptor or memory left.
    #[error("this server has no file descriptor or memory left for the connection")]
    Exhausted,
}

impl DialError {
    /// A short word for metrics.
    fn outcome(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Unresolved => "unresolved",
            Self::ResolveTimedOut => "resolve_timed_out",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Closed => "closed",
            Self::ForwardingProhibited => "forwarding_prohibited",
            Self::Exhausted => "exhausted",
        }
    }
}

/// Why a dial failed, and for the operator which rule refused it.
struct Failure {
    error: DialError,
    rule: Option<String>,
}

impl From<DialError> for Failure {
    fn from(error: DialError) -> Self {
        Self { error, rule: None }
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self { error: DialError::Denied, rule: Some(denied.into_rule()) }
    }
}

/// Dials from this machine, under a [`Policy`].
#[derive(Debug, Clone)]
pub struct Direct {
    policy: Arc<Policy>,
    resolver: Arc<dyn Resolve>,
    /// For the names of this server's own endpoints, which this server itself finds in one way only.
    own: Arc<dyn Resolve>,
}

impl Direct {
    /// A dialer under `policy`, by the name servers that it names, or else by the system's resolver.
    pub fn of(policy: Arc<Policy>) -> Self {
        let system: Arc<dyn Resolve> = Arc::new(SystemResolver);
        let resolver = if policy.dns.is_empty() { system.clone() } else { Arc::new(NamedServers(policy.dns.clone())) };
        Self { policy, resolver, own: system }
    }

    /// A dialer under `policy` that asks `resolver` for addresses.
    pub fn new(policy: Arc<Policy>, resolver: Arc<dyn Resolve>) -> Self {
        Self { policy, own: resolver.clone(), resolver }
    }

    /// The addresses of `target`, every one of them allowed.
    async fn vet(&self, target: &Target, deadline: Deadline, trace: &Trace) -> Result<Vec<SocketAddr>, Failure> {
        self.policy.check_name(&target.host, target.port)?;
        let resolve = async {
            let Host::Name(name) = &target.host else { return Ok(Vec::new()) };
            match self.resolver.resolve(name).await {
                Ok(answers) if !answers.is_empty() => Ok(answers),
                Err(error) if is_exhausted(&error) => Err(DialError::Exhausted),
                _ if no_descriptor_left() => Err(DialError::Exhausted),
                _ => Err(DialError::Unresolved),
            }
        };
        let addresses = match &target.host {
            Host::Address(address) => vec![*address],
            Host::Name(_) => {
                trace.note(&Step::POLICY, true);
                let limited = deadline.step(trace.limit(&Step::RESOLVE));
                let resolve = async { limited.run(resolve).await.unwrap_or(Err(DialError::ResolveTimedOut)) };
                trace.step(Step::RESOLVE, resolve).await?
            }
        };
        let with_port = |all: Vec<IpAddr>| all.into_iter().map(|a| SocketAddr::new(a.to_canonical(), target.port)).collect::<Vec<_>>();
        let addresses = with_port(addresses);
        let mut own = Vec::new();
        for name in self.policy.own_names(target.port) {
            // Without an answer nobody knows which addresses are our own: then none is let through on that port.
            let known = deadline.step(trace.limit(&Step::RESOLVE)).run(self.own.resolve(name)).await;
            let known = known.ok().and_then(Result::ok);
            own.extend(with_port(known.ok_or_else(|| Denied::by("an endpoint of this server's own that has no address now"))?));
        }
        self.policy.check_addresses(&target.host, &addresses, &own)?;
        if matches!(target.host, Host::Address(_)) {
            trace.note(&Step::POLICY, true);
        }
        Ok(addresses)
    }

    async fn connect(addresses: &[SocketAddr], deadline: Deadline) -> Result<TcpStream, DialError> {
        let mut last = DialError::Unresolved;
        for (n, address) in addresses.iter().enumerate() {
            // Every address gets its share of what is left, so that a dead first one does not eat it all.
            let left = u32::try_from(addresses.len() - n).unwrap_or(u32::MAX);
            let share = deadline.step(deadline.remaining() / left);
            match share.run(open(*address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = error,
                Err(_) => last = DialError::TimedOut,
            }
        }
        Err(last)
    }
}

#[async_trait]
impl Dialer for Direct {
    fn names(&self, host: &Host) -> bool {
        self.policy.names(host)
    }

    fn moved(&self, host: &Host) -> Option<&Moved> {
        self.policy.moved.iter().find(|moved| moved.is_of(host))
    }

    async fn announced(&self, service: &str, of: &Target, deadline: Deadline, trace: &Trace) -> Result<Announced, RecordError> {
        let Host::Name(name) = &of.host else { return Err(RecordError::Absent) };
        self.policy.check_host(&of.host).map_err(|denied| {
            trace.refuse(of, denied.into_rule());
            RecordError::Denied
        })?;
        trace.note(&Step::POLICY, true);
        let limited = deadline.step(trace.limit(&Step::RESOLVE));
        let ask = async {
            match limited.run(Box::pin(announced(&self.policy.dns, service, name))).await {
                Ok(Err(_)) if no_descriptor_left() => Err(RecordError::Exhausted),
                answer => answer.unwrap_or(Err(RecordError::Unanswered)),
            }
        };
        trace.step(Step::RESOLVE, ask).await
    }

    async fn dial(&self, target: &Target, deadline: Deadline, trace: &Trace) -> Result<BoxStream, DialError> {
        let result = match deadline.run(self.vet(target, deadline, trace)).await {
            Ok(Ok(addresses)) => {
                let connect = Self::connect(&addresses, deadline.step(trace.limit(&Step::CONNECT)));
                trace.step(Step::CONNECT, connect).await.map_err(Failure::from)
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(DialError::TimedOut.into()),
        };
        let result = result.map_err(|Failure { error, rule }| {
            if error == DialError::Denied {
                trace.refuse(target, rule.unwrap_or_else(|| "the connection led to another address".to_owned()));
            }
            error
        });
        // Labels are our own words only: no host, no name, no tenant.
        let outcome = result.as_ref().err().map_or("connected", |error| error.outcome());
        metrics::counter!("headwater_egress_dials_total", "outcome" => outcome).increment(1);
        Ok(Box::new(Metered::new(result?, trace.clone())))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that opens a socket, to an address that was checked")]
async fn open(address: SocketAddr) -> Result<TcpStream, DialError> {
    let stream = TcpStream::connect(address).await.map_err(|e| kind_of(&e))?;
    // A proxying kernel rule (or a bug of ours) must not bring us elsewhere unnoticed.
    if stream.peer_addr().map_err(|e| kind_of(&e))?.ip().to_canonical() != address.ip() {
        return Err(DialError::Denied);
    }
    stream.set_nodelay(true).map_err(|e| kind_of(&e))?;
    Ok(stream)
}

fn kind_of(error: &io::Error) -> DialError {
    match error.kind() {
        _ if is_exhausted(error) => DialError::Exhausted,
        io::ErrorKind::ConnectionRefused => DialError::Refused,
        io::ErrorKind::TimedOut => DialError::TimedOut,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::NotConnected => DialError::Closed,
        _ => DialError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::policy::Profile;

    /// Answers each question from a list: the first question gets the first answer, and so on.
    #[derive(Debug)]
    struct Script(Vec<Vec<&'static str>>, AtomicUsize);

    impl Script {
        fn new(answers: &[&[&'static str]]) -> Arc<Self> {
            Arc::new(Self(answers.iter().map(|a| a.to_vec()).collect(), AtomicUsize::new(0)))
        }
    }

    #[async_trait]
    impl Resolve for Script {
        async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
            let n = self.1.fetch_add(1, Ordering::SeqCst);
            let answer = self.0.get(n).ok_or_else(|| io::Error::other("asked too often"))?;
            Ok(answer.iter().map(|a| a.parse().expect("address")).collect())
        }
    }

    async fn dial(profile: Profile, resolver: &Arc<Script>, host: &str, port: u16) -> Result<BoxStream, DialError> {
        let policy = Arc::new(Policy { profile, ..Policy::default() });
        let target = Target::new(host.parse().expect("host"), port);
        Direct::new(policy, resolver.clone()).dial(&target, Deadline::after(Duration::from_secs(5)), &Trace::default()).await
    }

    /// Threats S6 and S7: no connection reaches a listener, and names that are refused by spelling are not even looked up.
    #[tokio::test]
    async fn s6_s7_refused_before_a_packet_leaves() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "::ffff:127.0.0.1",
            "::1",
            "0.0.0.0",
            "169.254.169.254",
            "metadata.google.internal.",
            "localhost",
        ] {
            let resolver = Script::new(&[]);
            assert_eq!(dial(Profile::Private, &resolver, host, port).await.err(), Some(DialError::Denied), "{host}");
            assert_eq!(resolver.1.load(Ordering::SeqCst), 0, "{host} was looked up");
        }
        for answers in [
            &["127.0.0.1"][..],
            &["8.8.8.8", "127.0.0.1"],
            &["8.8.8.8", "::1"],
            &["::ffff:127.0.0.1"],
            &["64:ff9b::a9fe:a9fe"],
            &["fd00:ec2::254"],
        ] {
            let resolver = Script::new(&[answers]);
            assert_eq!(dial(Profile::Private, &resolver, "rebind.example.com", port).await.err(), Some(DialError::Denied), "{answers:?}");
        }
        let nothing = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(nothing.is_err(), "a connection arrived");
    }

    /// Threat S6: a name that changes its address between check and use is asked only once.
    #[tokio::test]
    async fn s6_the_checked_address_is_the_one_dialed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let resolver = Script::new(&[&["127.0.0.1"], &["169.254.169.254"]]);
        assert!(dial(Profile::Dev, &resolver, "rebind.example.com", port).await.is_ok());
        assert_eq!(resolver.1.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn failures_have_their_kind() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        drop(listener);
        assert_eq!(dial(Profile::Dev, &Script::new(&[]), "127.0.0.1", port).await.err(), Some(DialError::Refused));
        assert_eq!(dial(Profile::Dev, &Script::new(&[&[]]), "none.example.com", port).await.err(), Some(DialError::Unresolved));
        assert_eq!(dial(Profile::Dev, &Script::new(&[]), "gone.example.com", port).await.err(), Some(DialError::Unresolved));
    }

    /// Answers for one name, and keeps silent on all others.
    #[derive(Debug)]
    struct Silent(&'static str);

    #[async_trait]
    impl Resolve for Silent {
        async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
            if name == self.0 { Ok(vec![[127, 0, 0, 1].into()]) } else { std::future::pending().await }
        }
    }

    /// Name servers that do not answer are no fault of the host's; without the own database's address nobody is let through on its port.
    #[tokio::test]
    async fn names_that_are_not_resolved_in_time() {
        let dial = async |own: Vec<crate::OwnEndpoint>| {
            let policy = Arc::new(Policy { profile: Profile::Dev, own, ..Policy::default() });
            let target = Target::new("db.example.com".parse().expect("host"), 1);
            let known = if policy.own.is_empty() { "another.example.com" } else { "db.example.com" };
            Direct::new(policy, Arc::new(Silent(known))).dial(&target, Deadline::after(Duration::from_millis(200)), &Trace::default()).await
        };
        assert_eq!(dial(Vec::new()).await.err(), Some(DialError::ResolveTimedOut));
        assert_eq!(dial(vec![crate::OwnEndpoint::Name("meta.internal".into(), 1)]).await.err(), Some(DialError::Denied));
    }

    /// Threat S5: the metadata database given by name is denied by whatever address it has now.
    #[tokio::test]
    async fn s5_own_database_by_name() {
        let own = vec![crate::OwnEndpoint::Name("meta.internal".into(), 5432)];
        let policy = Arc::new(Policy { own, ..Policy::default() });
        let resolver = Script::new(&[&["10.0.0.7"], &["10.0.0.7"]]);
        let target = Target::new("alias.internal".parse().expect("host"), 5432);
        let result = Direct::new(policy, resolver).dial(&target, Deadline::after(Duration::from_secs(5)), &Trace::default()).await;
        assert_eq!(result.err(), Some(DialError::Denied));
    }
}
