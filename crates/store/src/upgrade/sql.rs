//! The move in SQL.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{DefinitionMark, SchemaMark, Whole};
use super::part::Upgrades;
use crate::backend::{Backend, Row, Value, retry};
use crate::catalog::{DEFINITIONS_ANEW, TableEntry, pack, write_trees};
use crate::datasource::Credentials;
use crate::error::StoreError;
use crate::model::{Hash, Tenant, Timestamp};
use crate::sql::SqlStore;

/// A step takes 64 definitions, or so many that they have this many bytes.
const BYTES: i64 = 4 << 20;

/// A definition as 0.1.0 stored it.
struct Plain {
    datasource: Uuid,
    hash: Hash,
    tenant: Tenant,
    body: String,
    staged_at: Timestamp,
}

fn plain(row: &Row) -> Result<Plain, StoreError> {
    let (datasource, hash, tenant) = (row.uuid(0)?, row.hash(1)?, Tenant(row.big(2)?));
    Ok(Plain { datasource, hash, tenant, body: row.text(3)?, staged_at: Timestamp(row.big(4)?) })
}

async fn pack_some(backend: &dyn Backend, mark: DefinitionMark) -> Result<Option<DefinitionMark>, StoreError> {
    let DefinitionMark(datasource, hash) = mark;
    let after: [Value<'_>; 2] = [datasource.into(), Value::Bytes(hash.as_ref().map_or(&[], |hash| hash.as_slice()))];
    let mut tx = backend.begin().await?;
    let sql = "select datasource, hash, cast(octet_length(body) as bigint) from definition_0001 where (datasource, hash) > ($1, $2) \
               order by datasource, hash limit 64";
    let (mut last, mut bytes) = (None, 0);
    for row in tx.query(sql, &after).await? {
        if bytes > BYTES {
            break;
        }
        bytes += row.big(2)?;
        last = Some((row.uuid(0)?, row.hash(1)?));
    }
    let Some((datasource, hash)) = last else {
        tx.roll_back().await?;
        return Ok(None);
    };
    // Another server may be at the same ones: it waits here, and then finds them gone.
    let sql = "delete from definition_0001 where (datasource, hash) > ($1, $2) and (datasource, hash) <= ($3, $4) \
               returning datasource, hash, org_id, body, staged_at";
    let [after_datasource, after_hash] = after;
    let taken = tx.query(sql, &[after_datasource, after_hash, datasource.into(), (&hash).into()]).await?;
    let taken: Vec<Plain> = taken.iter().map(plain).collect::<Result<_, _>>()?;
    let packed = pack(taken.iter().map(|definition| definition.body.as_str()))?;
    let mut values = Vec::with_capacity(taken.len() * 5);
    for (definition, body) in taken.iter().zip(&packed) {
        let (datasource, tenant, staged) = (definition.datasource, definition.tenant, definition.staged_at);
        let row: [Value<'_>; 5] = [datasource.into(), tenant.into(), staged.into(), (&definition.hash).into(), body.into()];
        values.extend(row);
    }
    tx.insert(&DEFINITIONS_ANEW, &values).await?;
    tx.commit().await?;
    Ok(Some(DefinitionMark(datasource, Some(hash))))
}

async fn plant_one(backend: &dyn Backend, mark: &SchemaMark) -> Result<Option<SchemaMark>, StoreError> {
    let mut tx = backend.begin().await?;
    let sql = "select snapshot, schema_name from snapshot_table_0001 where (snapshot, schema_name) > ($1, $2) order by snapshot, schema_name limit 1";
    let Some(row) = tx.first(sql, &[mark.0.into(), (&mark.1).into()]).await? else {
        tx.roll_back().await?;
        return Ok(None);
    };
    let (snapshot, schema) = (row.uuid(0)?, row.text(1)?);
    let place: [Value<'_>; 2] = [snapshot.into(), (&schema).into()];
    // Locks the datasource's row: a change of it waits, and so does another server at the same schema.
    let sql = "update datasource set revision = revision where snapshot = $1 and uuid in (select datasource from snapshot where id = $1) returning uuid";
    if let Some(row) = tx.first(sql, &[snapshot.into()]).await? {
        let datasource = row.uuid(0)?;
        let sql = "select table_name, kind, hash, columns, row_estimate from snapshot_table_0001 where snapshot = $1 and schema_name = $2";
        let entry = |row: &Row| {
            let (table, kind, hash) = (row.text(0)?, row.text(1)?, row.hash(2)?);
            Ok(TableEntry {
                schema: schema.clone(),
                table,
                kind,
                hash,
                columns: row.int(3)?,
                row_estimate: row.maybe_big(4)?,
                sample: None,
            })
        };
        let tables: Vec<_> = tx.query(sql, &place).await?.iter().map(entry).collect::<Result<_, StoreError>>()?;
        write_trees(&mut *tx, datasource, snapshot, &tables).await?;
    }
    tx.execute("delete from snapshot_table_0001 where snapshot = $1 and schema_name = $2", &place).await?;
    tx.commit().await?;
    Ok(Some(SchemaMark(snapshot, schema)))
}

fn whole(row: &Row) -> Result<Whole, StoreError> {
    Ok(Whole { id: row.big(0)?, tenant: Tenant(row.big(1)?), uuid: row.uuid(2)?, kind: row.text(3)?, sealed: row.bytes(4)? })
}

#[async_trait]
impl Upgrades for SqlStore {
    async fn pack_definitions(&self, mark: DefinitionMark) -> Result<Option<DefinitionMark>, StoreError> {
        retry(|| pack_some(&*self.backend, mark)).await
    }

    async fn plant_tree(&self, mark: &SchemaMark) -> Result<Option<SchemaMark>, StoreError> {
        retry(|| plant_one(&*self.backend, mark)).await
    }

    async fn whole_credentials(&self, after: i64) -> Result<Vec<Whole>, StoreError> {
        let sql = "select id, org_id, uuid, kind, sealed from datasource where id > $1 and profile is null order by id limit 16";
        self.all(sql, &[after.into()], whole).await
    }

    async fn split_credentials(&self, tenant: Tenant, uuid: Uuid, sealed: &[u8], credentials: &Credentials) -> Result<bool, StoreError> {
        let sql = "update datasource set profile = $4, sealed = $5 where org_id = $1 and uuid = $2 and sealed = $3 and profile is null";
        let values = [tenant.into(), uuid.into(), sealed.into(), (&credentials.profile).into(), (&credentials.sealed).into()];
        Ok(self.run(sql, &values).await? == 1)
    }
}
