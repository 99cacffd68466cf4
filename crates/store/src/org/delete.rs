//! The transaction that removes an organisation whole.

use crate::backend::Backend;
use crate::error::StoreError;
use crate::model::Tenant;

/// What belongs to an organisation, in an order that leaves no row without the one that it refers to.
const OWNED: [&str; 15] = [
    "delete from snapshot_table_0001 where snapshot in \
     (select s.id from snapshot s join datasource d on d.uuid = s.datasource where d.org_id = $1)",
    "delete from snapshot_schema where snapshot in (select s.id from snapshot s join datasource d on d.uuid = s.datasource where d.org_id = $1)",
    "delete from snapshot where datasource in (select uuid from datasource where org_id = $1)",
    "delete from tree_entry where tree in (select t.id from schema_tree t join datasource d on d.uuid = t.datasource where d.org_id = $1)",
    "delete from schema_tree where datasource in (select uuid from datasource where org_id = $1)",
    // What was staged for datasources that never came to be, too.
    "delete from staging_lease where area in (select id from staging where org_id = $1)",
    "delete from staging where org_id = $1",
    "delete from definition where org_id = $1",
    "delete from definition_0001 where org_id = $1",
    "delete from tenancy where datasource_id in (select id from datasource where org_id = $1)",
    "delete from datasource_file where org_id = $1",
    "delete from datasource where org_id = $1",
    "delete from service_token where org_id = $1",
    // Without its keys nothing of the organisation's opens again, not even out of a backup that has no keys.
    "delete from data_key where org_id = $1",
    "delete from organisation where id = $1",
];

pub(super) async fn try_delete(backend: &dyn Backend, tenant: Tenant) -> Result<bool, StoreError> {
    let mut tx = backend.begin().await?;
    // Another name locks the row against whoever is about to write something that refers to it: they wait, and then find it gone.
    let sql = "update organisation set name = 'deleted ' || cast(id as text) || ' ' || name where id = $1";
    if tx.execute(sql, &[tenant.into()]).await? == 0 {
        tx.roll_back().await?;
        return Ok(false);
    }
    for sql in OWNED {
        tx.execute(sql, &[tenant.into()]).await?;
    }
    tx.commit().await?;
    Ok(true)
}
