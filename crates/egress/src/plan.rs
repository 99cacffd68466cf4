//! What a job is going to do: named steps in running order, each with its share of the job's time.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

/// The longest name of a step. A name is a word of ours; one that comes out of a pipe is held to it.
const NAME_BYTES: usize = 32;

/// A step of a job, by the word that answers, metrics and logs have for it.
///
/// The steps below are those of the way to a server, and of most servers. A kind with steps of its own (a token, a warehouse, a bucket)
/// names them with [`Step::new`] in its own folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Step(Cow<'static, str>);

impl Step {
    /// The credentials fit their kind.
    pub const VALIDATE: Self = Self::new("validate");
    /// The egress policy allows the target (with a tunnel: the SSH server).
    pub const POLICY: Self = Self::new("policy");
    /// The name has an address (with a tunnel: the SSH server's name).
    pub const RESOLVE: Self = Self::new("resolve");
    /// TCP to the SSH server, and the handshake with it.
    pub const SSH_CONNECT: Self = Self::new("ssh.connect");
    /// The SSH server's key is the known one.
    pub const SSH_HOST_KEY: Self = Self::new("ssh.host_key");
    /// The SSH server lets the user in.
    pub const SSH_AUTH: Self = Self::new("ssh.auth");
    /// TCP to the datasource (with a tunnel: a channel to it), and what a server says before anything else.
    pub const CONNECT: Self = Self::new("connect");
    /// The TLS session.
    pub const TLS: Self = Self::new("tls");
    /// User and password.
    pub const AUTHENTICATE: Self = Self::new("authenticate");
    /// The database is there.
    pub const DATABASE: Self = Self::new("database");
    /// The catalog can be listed.
    pub const LIST: Self = Self::new("list");
    /// The schema can be read.
    pub const READ: Self = Self::new("read");

    /// A step of a kind's own.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let sound = (1..=NAME_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_'));
        if sound { Ok(Self(Cow::Owned(name))) } else { Err(serde::de::Error::custom("not the name of a step")) }
    }
}

/// How long a step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Share {
    /// So many hundredths of the job's time limit, whatever is left of it.
    Percent(u8),
    /// Until the job ends.
    Rest,
}

/// Most steps are a round trip or two: one that takes longer leaves no time for those behind it.
const USUAL: Share = Share::Percent(60);

/// The steps that a job is going to take, in running order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan(Vec<(Step, Share)>);

impl Plan {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// One more step at the end, with the usual share.
    #[must_use]
    pub fn then(self, step: Step) -> Self {
        self.then_within(step, USUAL)
    }

    /// One more step at the end, with a share of its own.
    #[must_use]
    pub fn then_within(mut self, step: Step, share: Share) -> Self {
        self.0.push((step, share));
        self
    }

    /// The steps in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().map(|(step, _)| step)
    }

    /// The longest that a step may take in a job of `whole`. A step that was not planned gets the usual share.
    pub(crate) fn limit(&self, step: &Step, whole: Duration) -> Duration {
        match self.0.iter().find(|(planned, _)| planned == step).map_or(USUAL, |(_, share)| *share) {
            Share::Percent(hundredths) => whole.saturating_mul(hundredths.into()) / 100,
            Share::Rest => Duration::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shares_of_the_jobs_own() {
        let plan = Plan::new().then(Step::CONNECT).then_within(Step::AUTHENTICATE, Share::Percent(80)).then_within(Step::READ, Share::Rest);
        let minute = Duration::from_mins(1);
        assert_eq!(plan.limit(&Step::CONNECT, minute), Duration::from_secs(36));
        assert_eq!(plan.limit(&Step::AUTHENTICATE, minute), Duration::from_secs(48));
        assert_eq!(plan.limit(&Step::READ, minute), Duration::MAX);
        assert_eq!(plan.limit(&Step::TLS, Duration::from_secs(10)), Duration::from_secs(6));
        assert_eq!(plan.limit(&Step::CONNECT, Duration::MAX), Duration::MAX / 100);
    }

    #[test]
    fn names_from_a_pipe_are_held_to_their_form() {
        let read = |json: &str| serde_json::from_str::<Step>(json);
        assert_eq!(read("\"ssh.host_key\"").expect("a step"), Step::SSH_HOST_KEY);
        for wrong in ["\"\"", "\"Tls\"", "\"a b\"", "7", &format!("\"{}\"", "x".repeat(33))] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
