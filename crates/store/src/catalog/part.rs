//! What can be asked of cached schemas.

use std::collections::HashSet;

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{Definition, TableEntry, Tables};
use crate::error::StoreError;
use crate::model::{Hash, Page, Tenant, Timestamp};

/// Keeps cached schemas.
#[async_trait]
pub trait Catalogs {
    /// Hashes of the definitions that the datasource's current schema uses.
    async fn definition_hashes(&self, tenant: Tenant, uuid: Uuid) -> Result<HashSet<Hash>, StoreError>;

    /// Writes definitions ahead of the snapshot that will name them. What no snapshot ever names is swept later.
    async fn stage(&self, tenant: Tenant, uuid: Uuid, definitions: &[Definition], now: Timestamp) -> Result<(), StoreError>;

    /// The cached tables with their canonical JSON, ordered by schema and name.
    async fn cached_tables(
        &self,
        tenant: Tenant,
        uuid: Uuid,
        which: Tables<'_>,
        page: Page,
    ) -> Result<Vec<(TableEntry, String)>, StoreError>;

    /// Removes definitions staged before `before` that no current schema names (of failed creates, updates and syncs); how many.
    async fn sweep(&self, before: Timestamp) -> Result<u64, StoreError>;
}
