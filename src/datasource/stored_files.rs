//! The files of a datasource: lent to its jobs, and gone with it.

use std::time::Duration;

use connectors::Kind;
use store::{StoreError, Tenant};
use uuid::Uuid;

use crate::app::App;
use crate::files::Lent;
use crate::runner::Order;

/// An upload that is this much older than any request may be has no request any more.
const AGE: Duration = Duration::from_hours(1);

/// An order that may read the files of a datasource, if its kind has files.
pub(super) async fn with_files(app: &App, tenant: Tenant, kind: &Kind, datasource: Uuid, order: Order) -> Result<Order, StoreError> {
    if !kind.takes_files {
        return Ok(order);
    }
    let files = app.store.files(tenant, datasource).await?;
    Ok(order.with_files(Lent::new(app.files.clone(), tenant, files)))
}

/// Removes a datasource with its files; its UUID, if there was one.
pub(crate) async fn remove(app: &App, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError> {
    let Some(stored) = app.store.datasource(tenant, name).await? else { return Ok(None) };
    let has_files = app.registry.find(&stored.kind).is_some_and(|kind| kind.takes_files);
    let files = if has_files { app.store.files(tenant, stored.uuid).await? } else { Vec::new() };
    let removed = app.store.delete_datasource(tenant, name).await?;
    // Another one of that name may have come meanwhile: then these are swept.
    if removed == Some(stored.uuid) {
        app.files.remove(tenant, files.into_iter().map(|file| file.id)).await;
    }
    Ok(removed)
}

/// Removes files that no datasource has: replaced ones, and what was being uploaded when a server was lost.
pub(crate) async fn sweep_files(app: &App) {
    let age = app.limits.whole + AGE;
    let sweep = async {
        for tenant in app.files.tenants().await? {
            let mut old = app.files.older(tenant, age).await?;
            if old.is_empty() {
                continue;
            }
            for known in app.store.file_ids(tenant).await.map_err(std::io::Error::other)? {
                old.remove(&known);
            }
            if !old.is_empty() {
                tracing::info!(tenant.id = tenant.0, files = old.len(), "files that no datasource has are removed");
                app.files.remove(tenant, old).await;
            }
        }
        Ok::<_, std::io::Error>(())
    };
    if let Err(cause) = sweep.await {
        tracing::warn!(%cause, "files that no datasource has could not be swept");
    }
}
