//! What can be asked of datasources.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{Change, Datasource, NewDatasource, Replaced};
use crate::error::StoreError;
use crate::model::{Page, Tenant, Timestamp};

/// Keeps datasources.
#[async_trait]
pub trait Datasources {
    /// Names of the organisation's datasources in order of creation.
    async fn datasource_names(&self, tenant: Tenant, page: Option<Page>) -> Result<Vec<String>, StoreError>;

    /// Whether the organisation has a datasource of that name.
    async fn datasource_exists(&self, tenant: Tenant, name: &str) -> Result<bool, StoreError>;

    /// The datasource of a name, byte for byte.
    async fn datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Datasource>, StoreError>;

    /// The datasource of a UUID.
    async fn datasource_by_uuid(&self, tenant: Tenant, uuid: Uuid) -> Result<Option<Datasource>, StoreError>;

    /// Writes a datasource whole: row, tenancy, snapshot. [`StoreError::NameTaken`] if the name is in use.
    async fn create_datasource(&self, tenant: Tenant, new: &NewDatasource, now: Timestamp) -> Result<(), StoreError>;

    /// Changes a datasource whole, if it still is at `revision`.
    async fn change_datasource(
        &self,
        tenant: Tenant,
        uuid: Uuid,
        revision: i64,
        change: &Change,
        now: Timestamp,
    ) -> Result<Replaced, StoreError>;

    /// Notes why a sync of `revision` failed; the next one that succeeds clears it.
    async fn note_sync_failure(&self, tenant: Tenant, uuid: Uuid, revision: i64, message: &str) -> Result<(), StoreError>;

    /// Removes a datasource with everything that hangs on it; its UUID, or none if there is none of that name.
    async fn delete_datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError>;
}
