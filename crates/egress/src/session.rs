//! Everything one job may use: how to dial, and until when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::deadline::{Deadline, Elapsed};
use crate::dialer::{BoxStream, DialError, Dialer};
use crate::dns::{Announced, RecordError};
use crate::moved::Moved;
use crate::plan::Step;
use crate::ssh::{self, SshError, SshTunnel};
use crate::target::{Host, Target};
use crate::trace::Trace;

/// What a connector gets to work with: no other way to the network exists for it.
#[derive(Debug, Clone)]
pub struct Session {
    dialer: Arc<dyn Dialer>,
    /// How this machine itself dials, also where the job goes through a tunnel: DNS is asked from here.
    here: Arc<dyn Dialer>,
    deadline: Deadline,
    trace: Trace,
    /// HTTP requests of the job so far, whichever client sent them.
    requests: Arc<AtomicUsize>,
}

impl Session {
    /// A session for one job.
    pub fn new(dialer: Arc<dyn Dialer>, deadline: Deadline, trace: Trace) -> Self {
        Self { here: dialer.clone(), dialer, deadline, trace, requests: Arc::default() }
    }

    /// Opens a stream to `target` before the session's deadline.
    pub async fn dial(&self, target: &Target) -> Result<BoxStream, DialError> {
        self.dialer.dial(target, self.deadline, &self.trace).await
    }

    /// Where a service of the target's host is, by DNS: SRV and TXT records. A tunnel makes no difference, for the servers asked are
    /// the operator's own; what is found is dialed like any other target.
    pub async fn announced(&self, service: &str, of: &Target) -> Result<Announced, RecordError> {
        self.here.announced(service, of, self.deadline, &self.trace).await
    }

    /// Whether the operator has allowed this host by its name ([`Dialer::names`]).
    pub fn names(&self, host: &Host) -> bool {
        self.dialer.names(host)
    }

    /// Where the operator has a host of a vendor's, if that is elsewhere.
    pub fn moved(&self, host: &Host) -> Option<&Moved> {
        self.dialer.moved(host)
    }

    /// The same session from behind an SSH server, and that server's key in OpenSSH's form.
    pub async fn through(&self, tunnel: &SshTunnel) -> Result<(Self, String), SshError> {
        let (dialer, key) = ssh::connect(&*self.dialer, tunnel, self.deadline, &self.trace).await?;
        Ok((Self { dialer, ..self.clone() }, key))
    }

    /// The same session with another deadline.
    #[must_use]
    pub fn until(&self, deadline: Deadline) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// The same way out with a deadline of its own, a trace that nobody reads, and requests that count for nobody: for cleaning
    /// up behind a job, also one that used up all it had.
    #[must_use]
    pub fn again(&self, limit: Duration) -> Self {
        Self { deadline: Deadline::after(limit), trace: Trace::default(), requests: Arc::default(), ..self.clone() }
    }

    /// Counts an HTTP request of the job; which one it is.
    pub(crate) fn request(&self) -> usize {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Runs `work` as a step of the job, under the step's own limit.
    pub async fn step<T, E: From<Elapsed>>(&self, step: Step, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        // Pinned on the heap: a TLS handshake is some kilobytes, and every caller would carry it along.
        let work = Box::pin(work);
        let deadline = self.deadline.step(self.trace.limit(&step));
        let limited = async { deadline.run(work).await.unwrap_or_else(|elapsed| Err(elapsed.into())) };
        self.trace.step(step, limited).await
    }

    /// Runs `work` until the session's deadline.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Elapsed> {
        self.deadline.run(work).await
    }

    /// Where its steps are noted.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// When the session ends.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }
}
