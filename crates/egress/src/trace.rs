//! Which steps a job took, how long each was, and which one failed.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A step of a job, in the order in which jobs take them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The credentials fit their kind.
    Validate,
    /// The egress policy allows the target (with a tunnel: the SSH server).
    Policy,
    /// The name has an address (with a tunnel: the SSH server's name).
    Resolve,
    /// TCP to the SSH server, and the handshake with it.
    SshConnect,
    /// The SSH server's key is the known one.
    SshHostKey,
    /// The SSH server lets the user in.
    SshAuth,
    /// TCP to the datasource (with a tunnel: a channel to it).
    Connect,
    /// The TLS session.
    Tls,
    /// User and password.
    Authenticate,
    /// The database is there.
    Database,
    /// The catalog can be listed.
    List,
    /// The schema can be read.
    Read,
}

impl Step {
    /// The longest that the step may take, whatever is left of its job's time.
    pub fn limit(self) -> Duration {
        match self {
            Self::Validate | Self::Policy | Self::Resolve | Self::Connect | Self::SshHostKey | Self::Tls | Self::Database | Self::List => {
                Duration::from_secs(6)
            }
            // Several round trips, and a key to be decrypted.
            Self::SshConnect | Self::SshAuth | Self::Authenticate => Duration::from_secs(8),
            // Has a time limit of its own, set by the operator.
            Self::Read => Duration::MAX,
        }
    }

    /// The word in answers, metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Policy => "policy",
            Self::Resolve => "resolve",
            Self::SshConnect => "ssh.connect",
            Self::SshHostKey => "ssh.host_key",
            Self::SshAuth => "ssh.auth",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Authenticate => "authenticate",
            Self::Database => "database",
            Self::List => "list",
            Self::Read => "read",
        }
    }
}

/// One step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub step: Step,
    /// How long it took.
    pub took: Duration,
    /// Whether it succeeded.
    pub ok: bool,
}

/// Collects the steps of one job; clones write to the same list.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    taken: Arc<Mutex<Vec<Taken>>>,
    bastion: bool,
}

impl Trace {
    /// The same list for the way to an SSH server, where connecting is another step.
    pub(crate) fn to_bastion(&self) -> Self {
        Self { taken: self.taken.clone(), bastion: true }
    }

    /// Runs `work` as a step. Work that is dropped at a deadline has failed.
    pub async fn step<T, E>(&self, step: Step, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut running = Running { trace: self, step, began: Instant::now(), ok: false };
        let result = work.await;
        running.ok = result.is_ok();
        result
    }

    /// Notes a step that took no time worth telling.
    pub fn note(&self, step: Step, ok: bool) {
        self.push(Taken { step, took: Duration::ZERO, ok });
    }

    /// What was taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("no panic under this lock").clone()
    }

    /// A target that is refused after its name was looked up must look like one refused before.
    pub(crate) fn refuse(&self) {
        let mut taken = self.taken.lock().expect("no panic under this lock");
        taken.retain(|t| !matches!(t.step, Step::Policy | Step::Resolve));
        taken.push(Taken { step: Step::Policy, took: Duration::ZERO, ok: false });
    }

    fn push(&self, mut taken: Taken) {
        if self.bastion && taken.step == Step::Connect {
            taken.step = Step::SshConnect;
        }
        self.taken.lock().expect("no panic under this lock").push(taken);
    }
}

struct Running<'a> {
    trace: &'a Trace,
    step: Step,
    began: Instant,
    ok: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.trace.push(Taken { step: self.step, took: self.began.elapsed(), ok: self.ok });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn steps_and_failures() {
        let trace = Trace::default();
        let _ = trace.step(Step::Connect, async { Ok::<_, ()>(()) }).await;
        let _ = trace.to_bastion().step(Step::Connect, async { Err::<(), _>(()) }).await;
        let dropped = trace.step(Step::Tls, std::future::pending::<Result<(), ()>>());
        assert!(tokio::time::timeout(Duration::from_millis(5), dropped).await.is_err());
        let taken: Vec<_> = trace.taken().iter().map(|t| (t.step, t.ok)).collect();
        assert_eq!(taken, [(Step::Connect, true), (Step::SshConnect, false), (Step::Tls, false)]);
    }
}
