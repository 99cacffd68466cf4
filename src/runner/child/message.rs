//! What is said through the pipes of a child process.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use connectors::{Event, Job};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of a job, unique in the server.
pub(super) type JobId = u64;

/// From the server to a child, on its standard input.
#[derive(Serialize, Deserialize)]
pub(super) enum ToChild {
    /// Begin with a job.
    Run(JobId, Box<Job>),
    /// Its schema may be read.
    Read(JobId),
    /// Bytes of a file that it wanted; none if they cannot be had.
    Bytes(JobId, Option<Piece>),
    /// It is wanted no more.
    Cancel(JobId),
}

/// Bytes as text that JSON holds.
pub(super) struct Piece(pub(super) Bytes);

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(|bytes| Self(bytes.into())).map_err(|_| serde::de::Error::custom("not bytes"))
    }
}

/// From a child to the server, on its standard output.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromChild {
    /// What a job tells.
    Event(JobId, Event),
    /// The source of a job sends.
    Moved(JobId),
    /// Nothing more of a job will come: it has ended, or was cancelled.
    Left(JobId),
    /// A counter went up.
    Count(Count),
}

/// How far a counter of the child's went up since it was last told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Count {
    /// The counter.
    pub(super) name: String,
    /// Its labels.
    pub(super) labels: Vec<(String, String)>,
    /// By how much.
    pub(super) by: u64,
}
