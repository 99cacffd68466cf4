//! What the tables of a datasource were the last time: told to the job that reads them again.

use std::sync::Arc;

use bytes::Bytes;
use connectors::TablePlace;
use store::{Store, Tenant};
use uuid::Uuid;

/// The cached definitions of one datasource.
#[derive(Clone)]
pub(crate) struct Remembered {
    store: Arc<dyn Store>,
    tenant: Tenant,
    datasource: Uuid,
}

impl Remembered {
    /// Those of a datasource.
    pub(crate) fn new(store: Arc<dyn Store>, tenant: Tenant, datasource: Uuid) -> Self {
        Self { store, tenant, datasource }
    }

    /// The definition of a table, empty if it had none; none if that cannot be told.
    pub(super) async fn recall(&self, place: &TablePlace) -> Option<Bytes> {
        match self.store.cached_definition(self.tenant, self.datasource, &place.schema, &place.table).await {
            Ok(body) => Some(body.unwrap_or_default().into()),
            Err(cause) => {
                tracing::error!(%cause, tenant.id = self.tenant.0, datasource.id = %self.datasource, "a definition cannot be recalled");
                None
            }
        }
    }
}
