//! What a command can fail of.

use store::StoreError;

/// Why a command failed, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error("{0}")]
    Text(String),
    /// What is wrong with a setting.
    #[error("{0}: {1}")]
    Setting(String, String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Cipher(#[from] store::CipherError),
}

impl From<String> for CliError {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
