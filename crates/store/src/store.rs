//! The trait that both stores implement.

use std::collections::HashSet;
use std::fmt::Debug;

use async_trait::async_trait;
use uuid::Uuid;

use crate::error::StoreError;
use crate::model::{
    Change, DataKey, Datasource, Definition, Hash, NewDatasource, NewToken, Organisation, Page, Replaced, TableEntry, Tables, Tenant,
    Timestamp, Token,
};

/// Keeps organisations, tokens, keys, datasources and their cached schemas.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Brings the database to this build's form. Safe to call from several processes at once.
    async fn migrate(&self) -> Result<(), StoreError>;

    /// Answers if the database does.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Makes an organisation. [`StoreError::NameTaken`] if there is one of that name.
    async fn create_organisation(&self, name: &str, now: Timestamp) -> Result<Organisation, StoreError>;

    /// All organisations, oldest first.
    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError>;

    /// The organisation of a name.
    async fn organisation(&self, name: &str) -> Result<Option<Organisation>, StoreError>;

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

    /// Stores a token.
    async fn create_token(&self, tenant: Tenant, token: &NewToken, now: Timestamp) -> Result<(), StoreError>;

    /// All tokens with the names of their organisations, oldest first.
    async fn tokens(&self) -> Result<Vec<(Token, String)>, StoreError>;

    /// The token of a hash: the one question asked before the tenant is known.
    async fn token(&self, hash: &Hash) -> Result<Option<Token>, StoreError>;

    /// Notes that a token was used.
    async fn touch_token(&self, tenant: Tenant, id: Uuid, now: Timestamp) -> Result<(), StoreError>;

    /// Revokes a token; false if there is none of that id.
    async fn revoke_token(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError>;

    /// Names of the organisation's datasources in order of creation.
    async fn datasource_names(&self, tenant: Tenant, page: Option<Page>) -> Result<Vec<String>, StoreError>;

    /// Whether the organisation has a datasource of that name.
    async fn datasource_exists(&self, tenant: Tenant, name: &str) -> Result<bool, StoreError>;

    /// The datasource of a name, byte for byte.
    async fn datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Datasource>, StoreError>;

    /// The datasource of a UUID.
    async fn datasource_by_uuid(&self, tenant: Tenant, uuid: Uuid) -> Result<Option<Datasource>, StoreError>;

    /// Hashes of the definitions that the datasource's current schema uses.
    async fn definition_hashes(&self, tenant: Tenant, uuid: Uuid) -> Result<HashSet<Hash>, StoreError>;

    /// Writes definitions ahead of the snapshot that will name them. What no snapshot ever names is swept later.
    async fn stage(&self, tenant: Tenant, uuid: Uuid, definitions: &[Definition], now: Timestamp) -> Result<(), StoreError>;

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

    /// Notes why a sync of `revision` failed; the next change that succeeds clears it.
    async fn note_sync_failure(&self, tenant: Tenant, uuid: Uuid, revision: i64, message: &str) -> Result<(), StoreError>;

    /// Removes a datasource with everything that hangs on it; its UUID, or none if there is none of that name.
    async fn delete_datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError>;

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
