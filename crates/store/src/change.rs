//! The transactions that make, change and remove a datasource whole.

use std::future::Future;

use uuid::Uuid;

use crate::backend::{Backend, Session, Value};
use crate::error::StoreError;
use crate::model::{Catalog, Change, Definition, NewDatasource, Replaced, Tenancy, Tenant, Timestamp};

/// Runs a transaction again, twice at most, when it lost to another one.
pub(crate) async fn retry<T, F: Future<Output = Result<T, StoreError>>>(mut work: impl FnMut() -> F) -> Result<T, StoreError> {
    for _ in 0..2 {
        match work().await {
            Err(error) if error.is_retryable() => {}
            other => return other,
        }
    }
    work().await
}

pub(crate) async fn try_stage(
    backend: &dyn Backend,
    tenant: Tenant,
    uuid: Uuid,
    definitions: &[Definition],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = backend.begin().await?;
    tx.insert_definitions(tenant, uuid, definitions, now).await?;
    tx.commit().await
}

pub(crate) async fn try_create(backend: &dyn Backend, tenant: Tenant, new: &NewDatasource, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = backend.begin().await?;
    let snapshot = Uuid::new_v4();
    // The row comes first: of two writers of one name the second waits here, and then finds it taken.
    let sql = "insert into datasource (uuid, org_id, name, kind, revision, sealed, snapshot, product, product_version, created_at, updated_at, tested_at, synced_at) \
               values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $9, $9, $9) on conflict (org_id, name) do nothing returning id";
    let values = [
        Value::Uuid(new.uuid),
        Value::Big(tenant.0),
        Value::Text(&new.name),
        Value::Text(&new.kind),
        Value::Bytes(&new.sealed),
        Value::Uuid(snapshot),
        Value::Text(&new.product),
        Value::Text(&new.product_version),
        Value::Big(now.0),
    ];
    let id = tx.first(sql, &values).await?.ok_or(StoreError::NameTaken)?.big(0)?;
    if let Some(tenancy) = &new.tenancy {
        write_tenancy(&mut *tx, id, tenancy).await?;
    }
    write_snapshot(&mut *tx, snapshot, new.uuid, &new.catalog, now).await?;
    tx.commit().await
}

pub(crate) async fn try_change(
    backend: &dyn Backend,
    tenant: Tenant,
    uuid: Uuid,
    revision: i64,
    change: &Change,
    now: Timestamp,
) -> Result<Replaced, StoreError> {
    let mut tx = backend.begin().await?;
    let snapshot = change.catalog.as_ref().map(|_| Uuid::new_v4());
    let sql = "update datasource set revision = revision + 1, sealed = coalesce($4, sealed), updated_at = case when cast($4 as bytea) is null then updated_at else $5 end, \
               tested_at = $5, synced_at = $5, sync_error = null, product = $6, product_version = $7, snapshot = coalesce($8, snapshot) \
               where org_id = $1 and uuid = $2 and revision = $3 returning id";
    let values = [
        Value::Big(tenant.0),
        Value::Uuid(uuid),
        Value::Big(revision),
        Value::maybe(change.sealed.as_deref(), Value::Bytes),
        Value::Big(now.0),
        Value::Text(&change.product),
        Value::Text(&change.product_version),
        Value::maybe(snapshot, Value::Uuid),
    ];
    let Some(row) = tx.first(sql, &values).await? else {
        let there =
            tx.first("select 1 from datasource where org_id = $1 and uuid = $2", &[Value::Big(tenant.0), Value::Uuid(uuid)]).await?;
        return Ok(if there.is_some() { Replaced::Stale } else { Replaced::Gone });
    };
    if let Some(tenancy) = &change.tenancy {
        write_tenancy(&mut *tx, row.big(0)?, tenancy).await?;
    }
    if let (Some(catalog), Some(snapshot)) = (&change.catalog, snapshot) {
        write_snapshot(&mut *tx, snapshot, uuid, catalog, now).await?;
        drop_snapshots(&mut *tx, uuid, Some(snapshot)).await?;
    }
    tx.commit().await?;
    Ok(Replaced::Done)
}

pub(crate) async fn try_delete(backend: &dyn Backend, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError> {
    let mut tx = backend.begin().await?;
    let row = tx
        .first("delete from datasource where org_id = $1 and name = $2 returning uuid", &[Value::Big(tenant.0), Value::Text(name)])
        .await?;
    let Some(row) = row else { return Ok(None) };
    let uuid = row.uuid(0)?;
    drop_snapshots(&mut *tx, uuid, None).await?;
    tx.commit().await?;
    Ok(Some(uuid))
}

/// Whether there was a tenancy row decides which failure it is.
async fn write_tenancy(tx: &mut dyn Session, id: i64, tenancy: &Tenancy) -> Result<(), StoreError> {
    let known = tx.first("select 1 from tenancy where datasource_id = $1", &[Value::Big(id)]).await?.is_some();
    let sql = if known {
        "update tenancy set level = $2, client_column_type = $3, schema_name = $4, table_name = $5, client_name_column = $6, primary_key_column = $7 \
         where datasource_id = $1"
    } else {
        "insert into tenancy (datasource_id, level, client_column_type, schema_name, table_name, client_name_column, primary_key_column) \
         values ($1, $2, $3, $4, $5, $6, $7)"
    };
    let values = [
        Value::Big(id),
        Value::Text(tenancy.level.as_str()),
        text(tenancy.client_column_type.as_ref()),
        text(tenancy.schema_name.as_ref()),
        text(tenancy.table_name.as_ref()),
        text(tenancy.client_name_column.as_ref()),
        text(tenancy.primary_key_column.as_ref()),
    ];
    let failed = if known { StoreError::TenancyUpdate } else { StoreError::TenancyCreate };
    tx.execute(sql, &values).await.map(drop).map_err(|e| failed(Box::new(e)))
}

fn text(value: Option<&String>) -> Value<'_> {
    Value::maybe(value, |text| Value::Text(text))
}

async fn write_snapshot(tx: &mut dyn Session, snapshot: Uuid, uuid: Uuid, catalog: &Catalog, now: Timestamp) -> Result<(), StoreError> {
    let sql = "insert into snapshot (id, datasource, root, summary, created_at) values ($1, $2, $3, $4, $5)";
    let values = [Value::Uuid(snapshot), Value::Uuid(uuid), Value::Bytes(&catalog.root), Value::Text(&catalog.summary), Value::Big(now.0)];
    tx.execute(sql, &values).await?;
    tx.insert_entries(snapshot, &catalog.tables).await
}

/// Removes all snapshots of a datasource but `keep`, then the definitions that none of them names.
async fn drop_snapshots(tx: &mut dyn Session, uuid: Uuid, keep: Option<Uuid>) -> Result<(), StoreError> {
    let values = [Value::Uuid(uuid), Value::Uuid(keep.unwrap_or_default())];
    for sql in [
        "delete from snapshot_table where snapshot in (select id from snapshot where datasource = $1 and id <> $2)",
        "delete from snapshot where datasource = $1 and id <> $2",
        "delete from definition where datasource = $1 and hash not in (select hash from snapshot_table where snapshot = $2)",
    ] {
        tx.execute(sql, &values).await?;
    }
    Ok(())
}
