//! Data keys in SQL.

use async_trait::async_trait;

use super::model::DataKey;
use super::part::DataKeys;
use crate::backend::Row;
use crate::error::StoreError;
use crate::model::{Tenant, Timestamp};
use crate::sql::SqlStore;

fn data_key(row: &Row) -> Result<DataKey, StoreError> {
    Ok(DataKey { tenant: Tenant(row.big(0)?), version: row.int(1)?, master_id: row.text(2)?, wrapped: row.bytes(3)? })
}

#[async_trait]
impl DataKeys for SqlStore {
    async fn data_keys(&self, tenant: Tenant) -> Result<Vec<DataKey>, StoreError> {
        let sql = "select org_id, version, master_id, wrapped from data_key where org_id = $1 order by version desc";
        self.all(sql, &[tenant.into()], data_key).await
    }

    async fn add_data_key(&self, tenant: Tenant, key: &DataKey, now: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into data_key (org_id, version, master_id, wrapped, created_at) values ($1, $2, $3, $4, $5) on conflict (org_id, version) do nothing";
        let values = [tenant.into(), key.version.into(), (&key.master_id).into(), (&key.wrapped).into(), now.into()];
        self.run(sql, &values).await.map(drop)
    }

    async fn data_key_samples(&self) -> Result<Vec<DataKey>, StoreError> {
        let sql = "select k.org_id, k.version, k.master_id, k.wrapped from data_key k \
                   join (select master_id, min(org_id) as org_id from data_key group by master_id) f on f.master_id = k.master_id and f.org_id = k.org_id";
        self.all(sql, &[], data_key).await
    }

    async fn data_keys_not_under(&self, master_id: &str) -> Result<Vec<DataKey>, StoreError> {
        let sql = "select org_id, version, master_id, wrapped from data_key where master_id <> $1 order by org_id, version";
        self.all(sql, &[master_id.into()], data_key).await
    }

    async fn rewrap_data_key(&self, tenant: Tenant, key: &DataKey) -> Result<(), StoreError> {
        let sql = "update data_key set master_id = $3, wrapped = $4 where org_id = $1 and version = $2";
        self.run(sql, &[tenant.into(), key.version.into(), (&key.master_id).into(), (&key.wrapped).into()]).await.map(drop)
    }
}
