//! An SSH server of our own, for what a real one does not do: change its key, refuse, stall, drop. A fake, called one.

use std::sync::Arc;
use std::time::Duration;

use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey, run_stream};
use russh::{Channel, Error};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How it treats its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    RefuseKey,
    StallAuth,
    DropChannels,
}

pub(crate) struct Bastion {
    pub(crate) port: u16,
    target: u16,
    task: JoinHandle<()>,
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

impl Bastion {
    /// One that forwards everything to a port of this machine.
    pub(crate) async fn start(seed: u8, target: u16) -> Self {
        Self::in_mood(seed, target, Mood::Good).await
    }

    pub(crate) async fn in_mood(seed: u8, target: u16, mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        Self { port, target, task: serve(listener, seed, target, mood) }
    }

    /// The same place with another key.
    pub(crate) async fn change_key(&mut self, seed: u8) {
        self.task.abort();
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        self.task = serve(listener, seed, self.target, Mood::Good);
    }

    pub(crate) fn public_key(seed: u8) -> String {
        key(seed).public_key().to_openssh().expect("a key")
    }
}

impl Drop for Bastion {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn serve(listener: TcpListener, seed: u8, target: u16, mood: Mood) -> JoinHandle<()> {
    let config = Arc::new(Config { keys: vec![key(seed)], auth_rejection_time: Duration::from_millis(10), ..Config::default() });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let config = config.clone();
            tokio::spawn(async move {
                if let Ok(running) = run_stream(config, stream, Guest { target, mood }).await {
                    let _ = running.await;
                }
            });
        }
    })
}

struct Guest {
    target: u16,
    mood: Mood,
}

impl Handler for Guest {
    type Error = Error;

    async fn auth_publickey(&mut self, _: &str, _: VerifiedPublicKey<'_>) -> Result<Auth, Error> {
        match self.mood {
            Mood::RefuseKey => Ok(Auth::reject()),
            Mood::StallAuth => std::future::pending().await,
            Mood::Good | Mood::DropChannels => Ok(Auth::Accept),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test's server dials for its clients")]
    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        reply.accept().await;
        if self.mood == Mood::DropChannels {
            return channel.close().await;
        }
        let target = self.target;
        tokio::spawn(async move {
            let mut up = TcpStream::connect(("127.0.0.1", target)).await.expect("the source");
            let mut down = channel.into_stream();
            let _ = tokio::io::copy_bidirectional(&mut down, &mut up).await;
        });
        Ok(())
    }
}
