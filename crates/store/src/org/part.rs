//! What can be asked of organisations.

use async_trait::async_trait;

use super::model::Organisation;
use crate::error::StoreError;
use crate::model::{Tenant, Timestamp};

/// Keeps organisations.
#[async_trait]
pub trait Organisations {
    /// Makes an organisation. [`StoreError::NameTaken`] if there is one of that name.
    async fn create_organisation(&self, name: &str, now: Timestamp) -> Result<Organisation, StoreError>;

    /// All organisations, oldest first.
    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError>;

    /// The organisation of a name.
    async fn organisation(&self, name: &str) -> Result<Option<Organisation>, StoreError>;

    /// Gives an organisation another name; false if there is none of that number, [`StoreError::NameTaken`] if another one has the name.
    async fn rename_organisation(&self, tenant: Tenant, name: &str) -> Result<bool, StoreError>;

    /// Removes an organisation with everything that belongs to it: tokens, datasources, cached schemas, what was staged, data keys.
    /// False if there is none of that number. The number is never given again.
    async fn delete_organisation(&self, tenant: Tenant) -> Result<bool, StoreError>;
}
