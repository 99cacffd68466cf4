//! What a command can fail of.

use store::{OpenError, StoreError};

/// Why a command failed, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error("{0}")]
    Text(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Cipher(#[from] store::CipherError),
    #[error(transparent)]
    Key(#[from] store::KeyError),
}

impl From<String> for CliError {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
