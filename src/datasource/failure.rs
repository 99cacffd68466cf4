//! A failure that is nobody's but ours.

use store::{CipherError, StoreError};

/// A failure of ours; the text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Cipher(#[from] CipherError),
    #[error("stored credentials do not fit their kind any more")]
    Unreadable,
}
