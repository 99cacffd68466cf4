//! Datasources in SQL.

use async_trait::async_trait;
use uuid::Uuid;

use super::change::{try_change, try_create, try_delete};
use super::model::{Change, Datasource, NewDatasource, Replaced};
use super::part::Datasources;
use super::rows;
use crate::backend::retry;
use crate::error::StoreError;
use crate::model::{Page, Tenant, Timestamp};
use crate::sql::SqlStore;

/// Columns of a datasource and its tenancy, in the order that the row reader expects.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "select d.id, d.uuid, d.name, d.kind, d.revision, d.lifecycle, d.profile, d.sealed, d.product, d.product_version, d.created_at, d.updated_at, ",
            "d.tested_at, d.synced_at, s.root, s.summary, t.level, t.client_column_type, t.schema_name, t.table_name, t.client_name_column, ",
            "t.primary_key_column, d.sync_error ",
            "from datasource d left join snapshot s on s.id = d.snapshot left join tenancy t on t.datasource_id = d.id where d.org_id = $1 and ",
            $condition
        )
    };
}

#[async_trait]
impl Datasources for SqlStore {
    async fn datasource_names(&self, tenant: Tenant, page: Option<Page>) -> Result<Vec<String>, StoreError> {
        match page {
            None => self.all("select name from datasource where org_id = $1 order by id", &[tenant.into()], |row| row.text(0)).await,
            Some(page) => {
                let sql = "select name from datasource where org_id = $1 order by id limit $2 offset $3";
                self.all(sql, &[tenant.into(), page.limit.into(), page.offset.into()], |row| row.text(0)).await
            }
        }
    }

    async fn datasource_exists(&self, tenant: Tenant, name: &str) -> Result<bool, StoreError> {
        let sql = "select 1 from datasource where org_id = $1 and name = $2";
        Ok(self.one(sql, &[tenant.into(), name.into()], |_| Ok(())).await?.is_some())
    }

    async fn datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Datasource>, StoreError> {
        self.one(select!("d.name = $2"), &[tenant.into(), name.into()], rows::datasource).await
    }

    async fn datasource_by_uuid(&self, tenant: Tenant, uuid: Uuid) -> Result<Option<Datasource>, StoreError> {
        self.one(select!("d.uuid = $2"), &[tenant.into(), uuid.into()], rows::datasource).await
    }

    async fn create_datasource(&self, tenant: Tenant, new: &NewDatasource, now: Timestamp) -> Result<(), StoreError> {
        retry(|| try_create(&*self.backend, tenant, new, now)).await
    }

    async fn change_datasource(
        &self,
        tenant: Tenant,
        uuid: Uuid,
        revision: i64,
        change: &Change,
        now: Timestamp,
    ) -> Result<Replaced, StoreError> {
        retry(|| try_change(&*self.backend, tenant, uuid, revision, change, now)).await
    }

    async fn note_sync_failure(&self, tenant: Tenant, uuid: Uuid, revision: i64, message: &str) -> Result<(), StoreError> {
        let sql = "update datasource set sync_error = $4 where org_id = $1 and uuid = $2 and revision = $3";
        self.run(sql, &[tenant.into(), uuid.into(), revision.into(), message.into()]).await.map(drop)
    }

    async fn delete_datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError> {
        retry(|| try_delete(&*self.backend, tenant, name)).await
    }
}
