//! The way to a server, the same for every kind: directly, or through an SSH server.

use egress::{Host, Session, Step};

use crate::credentials::SshFields;
use crate::error::ConnectError;

/// A session that dials from the right place.
pub(crate) struct Reach {
    /// What to dial through.
    pub(crate) session: Session,
    /// The SSH server's key, to be kept with the credentials.
    pub(crate) ssh_host_key: Option<String>,
}

/// Opens the tunnel, if there is one.
pub(crate) async fn reach(ssh: &SshFields, cx: &Session) -> Result<Reach, ConnectError> {
    match ssh.tunnel() {
        None => Ok(Reach { session: cx.clone(), ssh_host_key: None }),
        Some(tunnel) => {
            // On the heap: a handshake takes some kilobytes, and every caller would carry them along.
            let (session, key) = Box::pin(cx.through(&tunnel)).await?;
            Ok(Reach { session, ssh_host_key: Some(key) })
        }
    }
}

/// The steps that a job takes to `host`.
pub(crate) fn steps(host: &Host, ssh: &SshFields, tls: bool) -> Vec<Step> {
    let tunnel = ssh.tunnel();
    let first = tunnel.as_ref().map_or(host, |t| &t.server.host);
    let mut steps = vec![Step::Validate, Step::Policy];
    steps.extend(matches!(first, Host::Name(_)).then_some(Step::Resolve));
    steps.extend(tunnel.iter().flat_map(|_| [Step::SshConnect, Step::SshHostKey, Step::SshAuth]));
    steps.push(Step::Connect);
    steps.extend(tls.then_some(Step::Tls));
    steps.extend([Step::Authenticate, Step::Database, Step::List, Step::Read]);
    steps
}
