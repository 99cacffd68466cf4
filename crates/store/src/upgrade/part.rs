//! What can be asked of the move.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{DefinitionMark, SchemaMark, Whole};
use crate::datasource::Credentials;
use crate::error::StoreError;
use crate::model::Tenant;

/// Moves what 0.1.0 stored into this version's form. Every call is a small transaction of its own and leaves everything
/// readable; it may be made anew after a crash, by several servers at once, and beside every other use of the store.
#[async_trait]
pub trait Upgrades {
    /// Compresses the next few definitions behind `mark`; the mark behind them, or none when there are no more.
    async fn pack_definitions(&self, mark: DefinitionMark) -> Result<Option<DefinitionMark>, StoreError>;

    /// Makes a tree of the next schema behind `mark`; the mark behind it, or none when there are no more.
    async fn plant_tree(&self, mark: &SchemaMark) -> Result<Option<SchemaMark>, StoreError>;

    /// The next few datasources after the number `after` whose credentials are sealed as a whole.
    async fn whole_credentials(&self, after: i64) -> Result<Vec<Whole>, StoreError>;

    /// Puts credentials in the place of `sealed`, if that is what is still there; whether it was.
    async fn split_credentials(&self, tenant: Tenant, uuid: Uuid, sealed: &[u8], credentials: &Credentials) -> Result<bool, StoreError>;
}
