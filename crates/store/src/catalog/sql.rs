//! Cached schemas in SQL. What 0.1.0 wrote (`…_0001`) is read beside what this version writes.

use std::collections::HashSet;

use async_trait::async_trait;
use uuid::Uuid;

use super::definition::{Packed, Unpacker, pack};
use super::model::{Definition, StagingLease, TableEntry, Tables};
use super::part::Catalogs;
use super::staging::{self, Batch};
use crate::backend::{Row, Value, retry};
use crate::error::StoreError;
use crate::model::{Hash, Page, Tenant, Timestamp};
use crate::sql::SqlStore;

fn table(row: &Row, unpacker: &mut Unpacker) -> Result<(TableEntry, String), StoreError> {
    let entry = TableEntry {
        schema: row.text(0)?,
        table: row.text(1)?,
        kind: row.text(2)?,
        hash: row.hash(3)?,
        columns: row.int(4)?,
        row_estimate: row.maybe_big(5)?,
        sample: row.maybe_bytes(8)?.map(Packed),
    };
    let body = match (row.maybe_bytes(6)?, row.maybe_text(7)?) {
        (Some(packed), _) => unpacker.unpack(&packed)?,
        (None, Some(plain)) => plain,
        (None, None) => return Err(StoreError::Damaged("a table has no definition")),
    };
    Ok((entry, body))
}

#[async_trait]
impl Catalogs for SqlStore {
    async fn definition_hashes(&self, tenant: Tenant, uuid: Uuid) -> Result<HashSet<Hash>, StoreError> {
        let sql = "select e.hash from datasource d join snapshot_schema x on x.snapshot = d.snapshot join tree_entry e on e.tree = x.tree \
                   where d.org_id = $1 and d.uuid = $2 \
                   union all \
                   select o.hash from datasource d join snapshot_table_0001 o on o.snapshot = d.snapshot where d.org_id = $1 and d.uuid = $2";
        Ok(self.all(sql, &[tenant.into(), uuid.into()], |row| row.hash(0)).await?.into_iter().collect())
    }

    async fn open_staging(&self, tenant: Tenant, uuid: Uuid, until: Timestamp) -> Result<StagingLease, StoreError> {
        retry(|| staging::open(&*self.backend, tenant, uuid, until)).await
    }

    async fn stage(
        &self,
        tenant: Tenant,
        lease: StagingLease,
        definitions: &[Definition],
        most: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let packed = pack(definitions.iter().map(|definition| definition.body.as_str()))?;
        let mut values = Vec::with_capacity(definitions.len() * 5);
        for (definition, body) in definitions.iter().zip(&packed) {
            let row: [Value<'_>; 5] = [lease.datasource.into(), tenant.into(), now.into(), (&definition.hash).into(), body.into()];
            values.extend(row);
        }
        let bytes = packed.iter().map(|body| body.len() as u64).sum();
        let batch = Batch { tenant, lease, definitions: definitions.len(), bytes, most, values: &values };
        match retry(|| staging::write(&*self.backend, &batch, false)).await {
            // Somebody else stages the same ones, or did so and left them to be taken away later.
            Err(error) if error.is_taken() => retry(|| staging::write(&*self.backend, &batch, true)).await,
            other => other,
        }
    }

    async fn renew_staging(&self, lease: StagingLease, until: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run("update staging_lease set expires_at = $2 where id = $1", &[lease.id.into(), until.into()]).await? == 1)
    }

    async fn leave_staging(&self, lease: StagingLease) -> Result<u64, StoreError> {
        retry(|| staging::leave(&*self.backend, lease)).await
    }

    async fn sweep_staging(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "select distinct s.datasource, s.id from staging s join staging_lease l on l.area = s.id where l.expires_at < $1";
        let mut swept = 0;
        for (datasource, area) in self.all(sql, &[now.into()], |row| Ok((row.uuid(0)?, row.uuid(1)?))).await? {
            swept += retry(|| staging::sweep(&*self.backend, datasource, area, now)).await?;
        }
        Ok(swept)
    }

    async fn cached_tables(
        &self,
        tenant: Tenant,
        uuid: Uuid,
        which: Tables<'_>,
        page: Page,
    ) -> Result<Vec<(TableEntry, String)>, StoreError> {
        let sql = "select p.schema_name, p.table_name, p.kind, p.hash, p.columns, p.row_estimate, b.body, o.body, p.sample from ( \
                   select x.schema_name, e.table_name, e.kind, e.hash, e.columns, e.row_estimate, e.sample from datasource d \
                   join snapshot_schema x on x.snapshot = d.snapshot join tree_entry e on e.tree = x.tree \
                   where d.org_id = $1 and d.uuid = $2 and (cast($3 as text) is null or x.schema_name = $3) and (cast($4 as text) is null or e.table_name = $4) \
                   union all \
                   select t.schema_name, t.table_name, t.kind, t.hash, t.columns, t.row_estimate, null from datasource d \
                   join snapshot_table_0001 t on t.snapshot = d.snapshot \
                   where d.org_id = $1 and d.uuid = $2 and (cast($3 as text) is null or t.schema_name = $3) and (cast($4 as text) is null or t.table_name = $4) \
                   order by 1, 2 limit $5 offset $6) p \
                   left join definition b on b.datasource = $2 and b.hash = p.hash \
                   left join definition_0001 o on o.datasource = $2 and o.hash = p.hash \
                   order by p.schema_name, p.table_name";
        let (schema, table_name) = (Value::maybe(which.schema), Value::maybe(which.table));
        let values = [tenant.into(), uuid.into(), schema, table_name, page.limit.into(), page.offset.into()];
        let rows = self.backend.query(sql, &values).await?;
        let mut unpacker = Unpacker::new()?;
        rows.iter().map(|row| table(row, &mut unpacker)).collect()
    }

    async fn cached_definition(&self, tenant: Tenant, uuid: Uuid, schema: &str, table: &str) -> Result<Option<String>, StoreError> {
        let sql = "select b.body from datasource d join snapshot_schema x on x.snapshot = d.snapshot join tree_entry e on e.tree = x.tree \
                   join definition b on b.datasource = d.uuid and b.hash = e.hash \
                   where d.org_id = $1 and d.uuid = $2 and x.schema_name = $3 and e.table_name = $4";
        let rows = self.backend.query(sql, &[tenant.into(), uuid.into(), schema.into(), table.into()]).await?;
        rows.first().map(|row| Unpacker::new()?.unpack(&row.bytes(0)?)).transpose()
    }

    async fn sweep(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut swept = 0;
        for sql in [
            "delete from definition where staged_at < $1 and datasource not in (select datasource from staging) and (datasource, hash) in ( \
             select datasource, hash from definition where staged_at < $1 \
             except select t.datasource, e.hash from schema_tree t join tree_entry e on e.tree = t.id \
             except select s.datasource, o.hash from snapshot s join snapshot_table_0001 o on o.snapshot = s.id)",
            "delete from definition_0001 where staged_at < $1 and (datasource, hash) in ( \
             select datasource, hash from definition_0001 where staged_at < $1 \
             except select t.datasource, e.hash from schema_tree t join tree_entry e on e.tree = t.id \
             except select s.datasource, o.hash from snapshot s join snapshot_table_0001 o on o.snapshot = s.id)",
        ] {
            swept += self.run(sql, &[before.into()]).await?;
        }
        Ok(swept)
    }
}
