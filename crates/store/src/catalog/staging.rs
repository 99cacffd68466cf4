//! Staging areas: where the definitions of a datasource wait for the snapshot that will name them.
//!
//! Whoever touches an area locks its row first, before any other row: so nobody stages while somebody else takes away what was
//! staged, and nobody waits in a circle.

use std::collections::HashSet;

use uuid::Uuid;

use super::definition::{ANEW, NEW};
use super::model::{Catalog, StagingLease};
use crate::backend::{Backend, Session, Value};
use crate::error::StoreError;
use crate::model::{Tenant, Timestamp};

/// Definitions to be staged.
pub(super) struct Batch<'a> {
    pub(super) tenant: Tenant,
    pub(super) lease: StagingLease,
    pub(super) definitions: usize,
    pub(super) bytes: u64,
    /// So many bytes may the organisation have staged.
    pub(super) most: u64,
    pub(super) values: &'a [Value<'a>],
}

fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) async fn open(backend: &dyn Backend, tenant: Tenant, datasource: Uuid, until: Timestamp) -> Result<StagingLease, StoreError> {
    let mut tx = backend.begin().await?;
    // An update that changes nothing locks the row, and answers its id.
    let sql = "insert into staging (datasource, id, org_id, definitions, bytes) values ($1, $2, $3, 0, 0) \
               on conflict (datasource) do update set bytes = staging.bytes where staging.org_id = excluded.org_id returning id";
    let row = tx.first(sql, &[datasource.into(), Uuid::new_v4().into(), tenant.into()]).await?;
    let area = row.ok_or(StoreError::Damaged("a datasource is staged for two organisations"))?.uuid(0)?;
    let id = Uuid::new_v4();
    let sql = "insert into staging_lease (id, area, expires_at) values ($1, $2, $3)";
    tx.execute(sql, &[id.into(), area.into(), until.into()]).await?;
    tx.commit().await?;
    Ok(StagingLease { datasource, area, id })
}

/// Writes a batch; `anew` if some of it may be there.
pub(super) async fn write(backend: &dyn Backend, batch: &Batch<'_>, anew: bool) -> Result<(), StoreError> {
    let Batch { tenant, lease, .. } = *batch;
    let mut tx = backend.begin().await?;
    let values: [Value<'_>; 7] = [
        lease.datasource.into(),
        lease.area.into(),
        lease.id.into(),
        tenant.into(),
        big(batch.definitions as u64).into(),
        big(batch.bytes).into(),
        big(batch.most).into(),
    ];
    let sql = "update staging set definitions = definitions + cast($5 as bigint), bytes = bytes + cast($6 as bigint) \
               where datasource = $1 and id = $2 and org_id = $4 and exists (select 1 from staging_lease l where l.id = $3) \
               and (select coalesce(sum(s.bytes), 0) from staging s where s.org_id = $4) + cast($6 as bigint) <= cast($7 as bigint)";
    if tx.execute(sql, &values).await? == 0 {
        let sql = "select 1 from staging s join staging_lease l on l.area = s.id where s.datasource = $1 and s.id = $2 and l.id = $3 and s.org_id = $4";
        let there = tx.first(sql, &values[..4]).await?.is_some();
        tx.roll_back().await?;
        return Err(if there { StoreError::StagingFull } else { StoreError::StagingLost });
    }
    tx.insert(if anew { &ANEW } else { &NEW }, batch.values).await?;
    tx.commit().await
}

pub(super) async fn leave(backend: &dyn Backend, lease: StagingLease) -> Result<u64, StoreError> {
    let mut tx = backend.begin().await?;
    if !lock(&mut *tx, lease.datasource, lease.area).await? {
        tx.roll_back().await?;
        return Ok(0);
    }
    tx.execute("delete from staging_lease where id = $1", &[lease.id.into()]).await?;
    let dropped = drop_if_left(&mut *tx, lease.datasource, lease.area).await?;
    tx.commit().await?;
    Ok(dropped)
}

/// Ends the leases of an area that held until before `now`.
pub(super) async fn sweep(backend: &dyn Backend, datasource: Uuid, area: Uuid, now: Timestamp) -> Result<u64, StoreError> {
    let mut tx = backend.begin().await?;
    if !lock(&mut *tx, datasource, area).await? {
        tx.roll_back().await?;
        return Ok(0);
    }
    tx.execute("delete from staging_lease where area = $1 and expires_at < $2", &[area.into(), now.into()]).await?;
    let dropped = drop_if_left(&mut *tx, datasource, area).await?;
    tx.commit().await?;
    Ok(dropped)
}

async fn lock(tx: &mut dyn Session, datasource: Uuid, area: Uuid) -> Result<bool, StoreError> {
    let sql = "update staging set bytes = bytes where datasource = $1 and id = $2";
    Ok(tx.execute(sql, &[datasource.into(), area.into()]).await? == 1)
}

/// Takes a locked area away if nobody is in it any more; how many definitions went with it.
async fn drop_if_left(tx: &mut dyn Session, datasource: Uuid, area: Uuid) -> Result<u64, StoreError> {
    if tx.first("select 1 from staging_lease where area = $1 limit 1", &[area.into()]).await?.is_some() {
        return Ok(0);
    }
    tx.execute("delete from staging where datasource = $1 and id = $2", &[datasource.into(), area.into()]).await?;
    drop_unnamed(tx, datasource).await
}

/// Removes the definitions of a datasource that none of its trees names.
pub(crate) async fn drop_unnamed(tx: &mut dyn Session, datasource: Uuid) -> Result<u64, StoreError> {
    let sql = "delete from definition where datasource = $1 \
               and hash not in (select e.hash from schema_tree t join tree_entry e on e.tree = t.id where t.datasource = $1) \
               and hash not in (select o.hash from snapshot s join snapshot_table_0001 o on o.snapshot = s.id where s.datasource = $1)";
    tx.execute(sql, &[datasource.into()]).await
}

/// A staging area that a change has taken away.
pub(crate) struct Taken {
    definitions: i64,
}

impl Taken {
    /// Whether more was staged than a schema names, which is new as a whole.
    pub(crate) fn has_more_than(&self, catalog: &Catalog) -> bool {
        let named: HashSet<_> = catalog.tables.iter().map(|table| &table.hash).collect();
        i64::try_from(named.len()) != Ok(self.definitions)
    }

    /// Whether anything was staged.
    pub(crate) fn has_any(&self) -> bool {
        self.definitions > 0
    }
}

/// Takes a datasource's staging area away, if there is one: what a schema needs of it is about to be named, and whoever else is at
/// it comes too late. [`StoreError::StagingLost`] if the schema was staged in one that is there no more.
pub(crate) async fn take(tx: &mut dyn Session, datasource: Uuid, staged: Option<StagingLease>) -> Result<Option<Taken>, StoreError> {
    let row = tx.first("delete from staging where datasource = $1 returning id, definitions", &[datasource.into()]).await?;
    let Some(row) = row else {
        return if staged.is_some() { Err(StoreError::StagingLost) } else { Ok(None) };
    };
    let area = row.uuid(0)?;
    let left = tx.query("delete from staging_lease where area = $1 returning id", &[area.into()]).await?;
    let held = |lease: StagingLease| left.iter().any(|row| row.uuid(0).is_ok_and(|id| id == lease.id));
    if staged.is_some_and(|lease| !held(lease)) {
        return Err(StoreError::StagingLost);
    }
    Ok(Some(Taken { definitions: row.big(1)? }))
}
