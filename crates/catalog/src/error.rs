//! Why a table could not be sent.

/// Nobody takes tables any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The job was given up: its receiver is gone.
    #[error("nobody takes the tables any more, or tells what they were")]
    Gone,
    /// The time for the read is over.
    #[error("the time limit was reached")]
    Elapsed,
}
