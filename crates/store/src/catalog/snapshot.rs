//! Snapshots: a whole schema at one moment.

use uuid::Uuid;

use super::model::Catalog;
use super::tree::{refresh_estimates, write_trees};
use crate::backend::Session;
use crate::error::StoreError;
use crate::model::Timestamp;

/// Writes a snapshot of a datasource whose row the transaction has locked. Schemas that did not change keep their trees.
pub(crate) async fn write_snapshot(
    tx: &mut dyn Session,
    snapshot: Uuid,
    datasource: Uuid,
    catalog: &Catalog,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "insert into snapshot (id, datasource, root, summary, created_at) values ($1, $2, $3, $4, $5)";
    tx.execute(sql, &[snapshot.into(), datasource.into(), (&catalog.root).into(), (&catalog.summary).into(), now.into()]).await?;
    if write_trees(tx, datasource, snapshot, &catalog.tables).await? {
        refresh_estimates(tx, datasource, &catalog.tables).await?;
    }
    Ok(())
}

/// Removes all snapshots of a datasource but `keep`, which is in this version's form, then the trees and the definitions
/// that none of them names.
pub(crate) async fn drop_snapshots(tx: &mut dyn Session, datasource: Uuid, keep: Option<Uuid>) -> Result<(), StoreError> {
    let values = [datasource.into(), keep.unwrap_or_default().into()];
    for sql in [
        "delete from snapshot_table_0001 where snapshot in (select id from snapshot where datasource = $1 and id <> $2)",
        "delete from snapshot_schema where snapshot in (select id from snapshot where datasource = $1 and id <> $2)",
        "delete from snapshot where datasource = $1 and id <> $2",
        "delete from tree_entry where tree in (select id from schema_tree where datasource = $1 and id not in (select tree from snapshot_schema where snapshot = $2))",
        "delete from schema_tree where datasource = $1 and id not in (select tree from snapshot_schema where snapshot = $2)",
        "delete from definition where datasource = $1 and hash not in \
         (select e.hash from snapshot_schema x join tree_entry e on e.tree = x.tree where x.snapshot = $2)",
        "delete from definition_0001 where datasource = $1 and hash not in \
         (select e.hash from snapshot_schema x join tree_entry e on e.tree = x.tree where x.snapshot = $2)",
    ] {
        tx.execute(sql, &values).await?;
    }
    Ok(())
}
