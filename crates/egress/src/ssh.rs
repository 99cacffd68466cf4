//! A way through an SSH server: channels instead of sockets, no local listener, gone with the job.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_trait::async_trait;
use russh::client::{self, Handle};
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{ChannelOpenFailure, Disconnect};
use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::deadline::Deadline;
use crate::dialer::{BoxStream, DialError, Dialer};
use crate::plan::Step;
use crate::ssh_key::{self, SshKeyError};
use crate::target::Target;
use crate::trace::Trace;

/// An SSH server to go through, and how to be let in.
#[derive(Debug, Clone)]
pub struct SshTunnel {
    /// Where it is. The egress policy applies to it; names behind it are resolved there.
    pub server: Target,
    /// The user.
    pub username: String,
    /// The private key: OpenSSH, PKCS#1 or PKCS#8.
    pub private_key: SecretString,
    /// What opens the private key, if it is encrypted.
    pub passphrase: Option<SecretString>,
    /// The server's key: `ssh-ed25519 AAAA…` or `SHA256:…`. If there is none, the first one seen is taken.
    pub host_key: Option<String>,
}

/// Why there is no way through the SSH server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SshError {
    /// No connection to the server.
    #[error("SSH server: {0}")]
    Dial(DialError),
    /// What answers does not speak SSH, or has no algorithm in common with us.
    #[error("the SSH handshake failed")]
    Handshake,
    /// The server has another key than the known one.
    #[error("the SSH server's host key has changed")]
    HostKeyChanged,
    /// The known host key is none.
    #[error("the known host key cannot be read")]
    HostKeyUnreadable,
    /// The private key cannot be used.
    #[error(transparent)]
    Key(SshKeyError),
    /// User or key are not accepted.
    #[error("the SSH server rejected the user or the key")]
    Rejected,
}

/// Compares the server's key with the known one, and keeps what it saw.
struct HostKey {
    known: Option<String>,
    seen: Arc<Mutex<Option<String>>>,
}

impl client::Handler for HostKey {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else { return Ok(false) };
        *self.seen.lock().expect("no panic under this lock") = key.to_openssh().ok();
        Ok(self.known.as_deref().is_none_or(|known| same(known, key)))
    }
}

fn same(known: &str, key: &PublicKey) -> bool {
    match PublicKey::from_openssh(known) {
        Ok(known) => known.key_data() == key.key_data(),
        Err(_) => key.fingerprint(HashAlg::Sha256).to_string() == known.trim(),
    }
}

/// Connects to the SSH server over `via`; also returns the server's key in OpenSSH's form.
pub(crate) async fn connect(
    via: &dyn Dialer,
    tunnel: &SshTunnel,
    deadline: Deadline,
    trace: &Trace,
) -> Result<(Arc<dyn Dialer>, String), SshError> {
    let known = tunnel.host_key.clone().filter(|key| !key.trim().is_empty());
    let algorithm = match &known {
        Some(known) if known.trim().starts_with("SHA256:") => None,
        Some(known) => Some(PublicKey::from_openssh(known).map_err(|_| SshError::HostKeyUnreadable)?.algorithm()),
        None => None,
    };
    let stream = via.dial(&tunnel.server, deadline, &trace.to_bastion()).await.map_err(SshError::Dial)?;
    let mut config = client::Config::default();
    if let Some(algorithm) = algorithm {
        // A server with several keys shows the one we ask for: the one that is known.
        config.preferred.key = vec![algorithm].into();
    }
    let seen = Arc::new(Mutex::new(None));
    let handler = HostKey { known, seen: seen.clone() };
    let handshake = deadline.step(trace.limit(&Step::SSH_CONNECT));
    let handshake = handshake.run(client::connect_stream(Arc::new(config), stream, handler));
    let seen_now = || seen.lock().expect("no panic under this lock").clone();
    let handshake = async {
        match handshake.await {
            Err(_) => Err(SshError::Dial(DialError::TimedOut)),
            Ok(Err(russh::Error::UnknownKey)) => Err(SshError::HostKeyChanged),
            Ok(Err(russh::Error::NoCommonAlgo { .. })) if tunnel.host_key.is_some() => Err(SshError::HostKeyChanged),
            Ok(Err(_)) => Err(SshError::Handshake),
            Ok(Ok(handle)) => Ok(handle),
        }
    };
    let handshake = handshake.await;
    // The key is shown in the middle of the handshake: which of the two failed is told apart here.
    trace.note(&Step::SSH_CONNECT, !matches!(handshake, Err(SshError::Handshake | SshError::Dial(_))));
    if matches!(handshake, Ok(_) | Err(SshError::HostKeyChanged)) {
        trace.note(&Step::SSH_HOST_KEY, handshake.is_ok());
    }
    let mut handle = handshake?;
    trace.step(Step::SSH_AUTH, authenticate(&mut handle, tunnel, deadline.step(trace.limit(&Step::SSH_AUTH)))).await?;
    let key = seen_now().ok_or(SshError::Handshake)?;
    Ok((Arc::new(Ssh(Arc::new(handle))), key))
}

async fn authenticate(handle: &mut Handle<HostKey>, tunnel: &SshTunnel, deadline: Deadline) -> Result<(), SshError> {
    let (text, passphrase) = (tunnel.private_key.clone(), tunnel.passphrase.clone());
    // Decrypting a key is work for the processor, bounded but not short.
    let read = deadline.run(tokio::task::spawn_blocking(move || ssh_key::read(&text, passphrase.as_ref())));
    let timed_out = |_| SshError::Dial(DialError::TimedOut);
    let key = read.await.map_err(timed_out)?.map_err(|_| SshError::Key(SshKeyError::Unreadable))?.map_err(SshError::Key)?;
    let hash = match key.algorithm() {
        Algorithm::Rsa { .. } => {
            deadline.run(handle.best_supported_rsa_hash()).await.map_err(timed_out)?.ok().flatten().flatten().or(Some(HashAlg::Sha256))
        }
        _ => None,
    };
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    match deadline.run(handle.authenticate_publickey(tunnel.username.clone(), key)).await.map_err(timed_out)? {
        Ok(result) if result.success() => Ok(()),
        Ok(_) => Err(SshError::Rejected),
        Err(_) => Err(SshError::Handshake),
    }
}

/// Dials from the SSH server's side.
struct Ssh(Arc<Handle<HostKey>>);

impl std::fmt::Debug for Ssh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ssh")
    }
}

impl Drop for Ssh {
    fn drop(&mut self) {
        let handle = self.0.clone();
        // A word of farewell, if there is still a runtime to say it on; the connection ends either way.
        if let (2, Ok(runtime)) = (Arc::strong_count(&self.0), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move { handle.disconnect(Disconnect::ByApplication, "", "").await });
        }
    }
}

#[async_trait]
impl Dialer for Ssh {
    async fn dial(&self, target: &Target, deadline: Deadline, trace: &Trace) -> Result<BoxStream, DialError> {
        let open = async {
            let opened = self.0.channel_open_direct_tcpip(target.host.to_string(), u32::from(target.port), "127.0.0.1", 0);
            match deadline.step(trace.limit(&Step::CONNECT)).run(opened).await {
                Err(_) => Err(DialError::TimedOut),
                Ok(Err(russh::Error::ChannelOpenFailure(ChannelOpenFailure::AdministrativelyProhibited))) => {
                    Err(DialError::ForwardingProhibited)
                }
                Ok(Err(russh::Error::ChannelOpenFailure(_))) => Err(DialError::Refused),
                Ok(Err(_)) => Err(DialError::Closed),
                Ok(Ok(channel)) => Ok(channel),
            }
        };
        let channel = trace.step(Step::CONNECT, open).await?;
        Ok(Box::new(Held { stream: Box::pin(channel.into_stream()), _handle: self.0.clone() }))
    }
}

trait Both: AsyncRead + AsyncWrite + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Send + Sync> Both for T {}

/// A channel that keeps its SSH session alive.
struct Held {
    stream: Pin<Box<dyn Both>>,
    _handle: Arc<Handle<HostKey>>,
}

impl AsyncRead for Held {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(cx, buf)
    }
}

impl AsyncWrite for Held {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }
}
