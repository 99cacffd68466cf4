//! What can be asked of cached schemas.

use std::collections::HashSet;

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{Definition, StagingLease, TableEntry, Tables};
use crate::error::StoreError;
use crate::model::{Hash, Page, Tenant, Timestamp};

/// Keeps cached schemas.
#[async_trait]
pub trait Catalogs {
    /// Hashes of the definitions that the datasource's current schema uses.
    async fn definition_hashes(&self, tenant: Tenant, uuid: Uuid) -> Result<HashSet<Hash>, StoreError>;

    /// Begins to stage definitions for a datasource, which need not be there yet. The lease holds until `until`.
    async fn open_staging(&self, tenant: Tenant, uuid: Uuid, until: Timestamp) -> Result<StagingLease, StoreError>;

    /// Writes definitions ahead of the snapshot that will name them. [`StoreError::StagingFull`] if the organisation would have
    /// more than `most` bytes staged, [`StoreError::StagingLost`] if the lease has ended.
    async fn stage(
        &self,
        tenant: Tenant,
        lease: StagingLease,
        definitions: &[Definition],
        most: u64,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Makes a lease hold until `until`; whether there was any left to renew.
    async fn renew_staging(&self, lease: StagingLease, until: Timestamp) -> Result<bool, StoreError>;

    /// Gives a lease back. The last one to leave takes away what was staged and no schema names; how many definitions.
    async fn leave_staging(&self, lease: StagingLease) -> Result<u64, StoreError>;

    /// Ends the leases that held until before `now`, as if those had left who had them; how many definitions were removed.
    async fn sweep_staging(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// The cached tables with their canonical JSON, ordered by schema and name.
    async fn cached_tables(
        &self,
        tenant: Tenant,
        uuid: Uuid,
        which: Tables<'_>,
        page: Page,
    ) -> Result<Vec<(TableEntry, String)>, StoreError>;

    /// The canonical JSON of one cached table, if there is one of that name.
    async fn cached_definition(&self, tenant: Tenant, uuid: Uuid, schema: &str, table: &str) -> Result<Option<String>, StoreError>;

    /// Removes definitions written before `before` that no current schema names and that are in no staging area: what versions
    /// left behind that had none; how many.
    async fn sweep(&self, before: Timestamp) -> Result<u64, StoreError>;
}
