//! What can be asked of organisations.

use async_trait::async_trait;

use super::model::Organisation;
use crate::error::StoreError;
use crate::model::Timestamp;

/// Keeps organisations.
#[async_trait]
pub trait Organisations {
    /// Makes an organisation. [`StoreError::NameTaken`] if there is one of that name.
    async fn create_organisation(&self, name: &str, now: Timestamp) -> Result<Organisation, StoreError>;

    /// All organisations, oldest first.
    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError>;

    /// The organisation of a name.
    async fn organisation(&self, name: &str) -> Result<Option<Organisation>, StoreError>;
}
