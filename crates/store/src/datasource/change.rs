//! The transactions that make, change and remove a datasource whole.

use uuid::Uuid;

use super::model::{Change, Lifecycle, NewDatasource, Replaced};
use super::tenancy::Tenancy;
use crate::backend::{Backend, Session, Value};
use crate::catalog::{Taken, drop_snapshots, drop_unnamed, refresh_estimates, take, write_snapshot};
use crate::error::StoreError;
use crate::file::write_files;
use crate::model::{Hash, Tenant, Timestamp};

pub(super) async fn try_create(backend: &dyn Backend, tenant: Tenant, new: &NewDatasource, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = backend.begin().await?;
    let staged = new.catalog.as_ref().and_then(|catalog| catalog.staged);
    let taken = if staged.is_some() { take(&mut *tx, new.uuid, staged).await? } else { None };
    let (server, snapshot) = (new.server.as_ref(), new.catalog.as_ref().map(|_| Uuid::new_v4()));
    let lifecycle = if server.is_some() { Lifecycle::Verified } else { Lifecycle::Untested };
    // The row comes first: of two writers of one name the second waits here, and then finds it taken.
    let sql = "insert into datasource (uuid, org_id, name, kind, revision, lifecycle, profile, sealed, snapshot, product, product_version, \
               created_at, updated_at, tested_at, synced_at) \
               values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13) on conflict (org_id, name) do nothing returning id";
    let values = [
        new.uuid.into(),
        tenant.into(),
        (&new.name).into(),
        (&new.kind).into(),
        lifecycle.as_str().into(),
        (&new.credentials.profile).into(),
        (&new.credentials.sealed).into(),
        Value::maybe(snapshot),
        Value::maybe(server.map(|server| &server.product)),
        Value::maybe(server.map(|server| &server.version)),
        now.into(),
        Value::maybe(server.map(|_| now)),
        Value::maybe(snapshot.map(|_| now)),
    ];
    let Some(row) = tx.first(sql, &values).await? else {
        tx.roll_back().await?;
        return Err(StoreError::NameTaken);
    };
    let id = row.big(0)?;
    if let Some(tenancy) = &new.tenancy {
        write_tenancy(&mut *tx, id, tenancy).await?;
    }
    if let (Some(catalog), Some(snapshot)) = (&new.catalog, snapshot) {
        write_snapshot(&mut *tx, snapshot, new.uuid, catalog, now).await?;
        // A job that was run again may have staged what its source has no more.
        if taken.is_some_and(|taken| taken.has_more_than(catalog)) {
            drop_unnamed(&mut *tx, new.uuid).await?;
        }
    }
    tx.commit().await
}

pub(super) async fn try_change(
    backend: &dyn Backend,
    tenant: Tenant,
    uuid: Uuid,
    revision: i64,
    change: &Change,
    now: Timestamp,
) -> Result<Replaced, StoreError> {
    let mut tx = backend.begin().await?;
    let taken = match &change.catalog {
        Some(catalog) => take(&mut *tx, uuid, catalog.staged).await?,
        None => None,
    };
    let place = [tenant.into(), uuid.into(), revision.into()];
    let sql =
        "select s.root from datasource d left join snapshot s on s.id = d.snapshot where d.org_id = $1 and d.uuid = $2 and d.revision = $3";
    let root: Option<Hash> = tx.first(sql, &place).await?.map(|row| row.maybe_hash(0)).transpose()?.flatten();
    // What is stored at this revision cannot change before the row is locked without the revision's changing too.
    let new = change.catalog.as_ref().filter(|catalog| Some(catalog.root) != root);
    let (snapshot, credentials, server) = (new.map(|_| Uuid::new_v4()), change.credentials.as_ref(), change.server.as_ref());
    let lifecycle = server.map(|_| Lifecycle::Verified).or(credentials.map(|_| Lifecycle::Untested));
    let sql = "update datasource set revision = revision + 1, profile = coalesce($4, profile), sealed = coalesce($5, sealed), \
               updated_at = coalesce($6, updated_at), lifecycle = coalesce($7, lifecycle), product = coalesce($8, product), \
               product_version = coalesce($9, product_version), tested_at = coalesce($10, tested_at), snapshot = coalesce($11, snapshot), \
               synced_at = coalesce($12, synced_at), sync_error = case when cast($12 as bigint) is null then sync_error end \
               where org_id = $1 and uuid = $2 and revision = $3 returning id";
    let [tenant_value, uuid_value, revision_value] = place;
    let values = [
        tenant_value,
        uuid_value,
        revision_value,
        Value::maybe(credentials.map(|credentials| &credentials.profile)),
        Value::maybe(credentials.map(|credentials| &credentials.sealed)),
        Value::maybe(credentials.map(|_| now)),
        Value::maybe(lifecycle.map(Lifecycle::as_str)),
        Value::maybe(server.map(|server| &server.product)),
        Value::maybe(server.map(|server| &server.version)),
        Value::maybe(server.map(|_| now)),
        Value::maybe(snapshot),
        Value::maybe(change.catalog.as_ref().map(|_| now)),
    ];
    let Some(row) = tx.first(sql, &values).await? else {
        let there = tx.first("select 1 from datasource where org_id = $1 and uuid = $2", &[tenant.into(), uuid.into()]).await?;
        tx.roll_back().await?;
        return Ok(if there.is_some() { Replaced::Stale } else { Replaced::Gone });
    };
    if let Some(tenancy) = &change.tenancy {
        write_tenancy(&mut *tx, row.big(0)?, tenancy).await?;
    }
    if let Some(files) = &change.files
        && !write_files(&mut *tx, tenant, row.big(0)?, files).await?
    {
        tx.roll_back().await?;
        return Err(StoreError::FilesFull);
    }
    if let (Some(catalog), Some(snapshot)) = (new, snapshot) {
        write_snapshot(&mut *tx, snapshot, uuid, catalog, now).await?;
        drop_snapshots(&mut *tx, uuid, Some(snapshot)).await?;
    } else if let Some(catalog) = &change.catalog {
        refresh_estimates(&mut *tx, uuid, &catalog.tables).await?;
        if taken.as_ref().is_some_and(Taken::has_any) {
            drop_unnamed(&mut *tx, uuid).await?;
        }
    }
    tx.commit().await?;
    Ok(Replaced::Done)
}

pub(super) async fn try_delete(backend: &dyn Backend, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError> {
    let mut tx = backend.begin().await?;
    let row = tx.first("delete from datasource where org_id = $1 and name = $2 returning uuid", &[tenant.into(), name.into()]).await?;
    let Some(row) = row else {
        tx.roll_back().await?;
        return Ok(None);
    };
    let uuid = row.uuid(0)?;
    drop_snapshots(&mut *tx, uuid, None).await?;
    tx.commit().await?;
    Ok(Some(uuid))
}

/// Whether there was a tenancy row decides which failure it is.
async fn write_tenancy(tx: &mut dyn Session, id: i64, tenancy: &Tenancy) -> Result<(), StoreError> {
    let known = tx.first("select 1 from tenancy where datasource_id = $1", &[id.into()]).await?.is_some();
    let sql = if known {
        "update tenancy set level = $2, client_column_type = $3, schema_name = $4, table_name = $5, client_name_column = $6, primary_key_column = $7 \
         where datasource_id = $1"
    } else {
        "insert into tenancy (datasource_id, level, client_column_type, schema_name, table_name, client_name_column, primary_key_column) \
         values ($1, $2, $3, $4, $5, $6, $7)"
    };
    let values = [
        id.into(),
        tenancy.level.as_str().into(),
        Value::maybe(tenancy.client_column_type.as_ref()),
        Value::maybe(tenancy.schema_name.as_ref()),
        Value::maybe(tenancy.table_name.as_ref()),
        Value::maybe(tenancy.client_name_column.as_ref()),
        Value::maybe(tenancy.primary_key_column.as_ref()),
    ];
    let failed = if known { StoreError::TenancyUpdate } else { StoreError::TenancyCreate };
    tx.execute(sql, &values).await.map(drop).map_err(|e| failed(Box::new(e)))
}
