//! What can be asked of files. They are written with the datasource that they belong to.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::File;
use crate::error::StoreError;
use crate::model::Tenant;

/// Keeps names and sizes of files.
#[async_trait]
pub trait Files {
    /// The files of a datasource, in their order.
    async fn files(&self, tenant: Tenant, datasource: Uuid) -> Result<Vec<File>, StoreError>;

    /// The ids of all files of the organisation.
    async fn file_ids(&self, tenant: Tenant) -> Result<Vec<Uuid>, StoreError>;

    /// Bytes of all files of the organisation.
    async fn file_bytes(&self, tenant: Tenant) -> Result<i64, StoreError>;
}
