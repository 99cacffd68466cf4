//! A listener for drivers that know no proxy.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::dialer::BoxStream;
use crate::session::Session;
use crate::target::Target;

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
