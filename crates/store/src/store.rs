//! The store: all its parts as one.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::backend::retry;
use crate::catalog::Catalogs;
use crate::datasource::Datasources;
use crate::error::StoreError;
use crate::file::Files;
use crate::key::DataKeys;
use crate::listener::Listeners;
use crate::migrations::migrate;
use crate::org::Organisations;
use crate::sql::SqlStore;
use crate::token::Tokens;
use crate::upgrade::Upgrades;

/// Keeps organisations, tokens, keys, datasources and their cached schemas.
#[async_trait]
pub trait Store: Organisations + DataKeys + Tokens + Datasources + Catalogs + Upgrades + Listeners + Files + Debug + Send + Sync {
    /// Brings the database to this build's form. Safe to call from several processes at once.
    async fn migrate(&self) -> Result<(), StoreError>;
}

#[async_trait]
impl Store for SqlStore {
    async fn migrate(&self) -> Result<(), StoreError> {
        retry(|| migrate(&*self.backend, i32::MAX)).await
    }
}
