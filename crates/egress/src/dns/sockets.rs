//! The sockets of a resolver: opened here, to the servers it was given.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::net::runtime::iocompat::AsyncIoTokioAsStd;
use hickory_resolver::net::runtime::{RuntimeProvider, TokioHandle};
use tokio::net::{TcpStream, UdpSocket};

/// How long one server has for one question, or to take a connection, before it or the next is asked again.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

type Opening<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

/// Opens sockets to known servers.
#[derive(Clone)]
pub(super) struct Sockets {
    tasks: TokioHandle,
    known: Arc<[SocketAddr]>,
}

impl Sockets {
    /// For these servers and no other.
    pub(super) fn new(known: Vec<SocketAddr>) -> Self {
        Self { tasks: TokioHandle::default(), known: known.into() }
    }

    fn check(&self, server: SocketAddr) -> io::Result<()> {
        if self.known.contains(&server) { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }
}

impl RuntimeProvider for Sockets {
    type Handle = TokioHandle;
    type Timer = hickory_resolver::net::runtime::TokioTime;
    type Udp = UdpSocket;
    type Tcp = AsyncIoTokioAsStd<TcpStream>;

    fn create_handle(&self) -> TokioHandle {
        self.tasks.clone()
    }

    #[expect(clippy::disallowed_methods, reason = "to a name server of the operator's own")]
    fn connect_tcp(&self, server: SocketAddr, _: Option<SocketAddr>, limit: Option<Duration>) -> Opening<Self::Tcp> {
        let known = self.check(server);
        Box::pin(async move {
            known?;
            let stream = tokio::time::timeout(limit.unwrap_or(PATIENCE), TcpStream::connect(server)).await??;
            stream.set_nodelay(true)?;
            Ok(AsyncIoTokioAsStd(stream))
        })
    }

    #[expect(clippy::disallowed_methods, reason = "to a name server of the operator's own")]
    fn bind_udp(&self, local: SocketAddr, server: SocketAddr) -> Opening<UdpSocket> {
        let known = self.check(server);
        Box::pin(async move {
            known?;
            UdpSocket::bind(local).await
        })
    }
}
