//! What can be asked of data keys.

use async_trait::async_trait;

use super::model::DataKey;
use crate::error::StoreError;
use crate::model::{Tenant, Timestamp};

/// Keeps the organisations' data keys, each wrapped by a master key.
#[async_trait]
pub trait DataKeys {
    /// The organisation's data keys, newest first.
    async fn data_keys(&self, tenant: Tenant) -> Result<Vec<DataKey>, StoreError>;

    /// Stores a data key unless the organisation has one of that version: the first writer wins.
    async fn add_data_key(&self, tenant: Tenant, key: &DataKey, now: Timestamp) -> Result<(), StoreError>;

    /// One data key for each master key in use, to try the master keys on.
    async fn data_key_samples(&self) -> Result<Vec<DataKey>, StoreError>;

    /// All data keys that another master key than `master_id` wraps.
    async fn data_keys_not_under(&self, master_id: &str) -> Result<Vec<DataKey>, StoreError>;

    /// Replaces the wrapping of a data key.
    async fn rewrap_data_key(&self, tenant: Tenant, key: &DataKey) -> Result<(), StoreError>;
}
