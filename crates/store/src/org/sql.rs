//! Organisations in SQL.

use async_trait::async_trait;

use super::delete::try_delete;
use super::model::Organisation;
use super::part::Organisations;
use crate::backend::{Row, retry};
use crate::error::StoreError;
use crate::model::{Tenant, Timestamp};
use crate::sql::SqlStore;

fn organisation(row: &Row) -> Result<Organisation, StoreError> {
    Ok(Organisation { tenant: Tenant(row.big(0)?), name: row.text(1)?, created_at: Timestamp(row.big(2)?) })
}

#[async_trait]
impl Organisations for SqlStore {
    async fn create_organisation(&self, name: &str, now: Timestamp) -> Result<Organisation, StoreError> {
        let sql =
            "insert into organisation (name, created_at) values ($1, $2) on conflict (name) do nothing returning id, name, created_at";
        let row = self.backend.write().await?.first(sql, &[name.into(), now.into()]).await?;
        organisation(&row.ok_or(StoreError::NameTaken)?)
    }

    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError> {
        self.all("select id, name, created_at from organisation order by id", &[], organisation).await
    }

    async fn organisation(&self, name: &str) -> Result<Option<Organisation>, StoreError> {
        self.one("select id, name, created_at from organisation where name = $1", &[name.into()], organisation).await
    }

    async fn rename_organisation(&self, tenant: Tenant, name: &str) -> Result<bool, StoreError> {
        let renamed = self.run("update organisation set name = $2 where id = $1", &[tenant.into(), name.into()]).await;
        match renamed {
            Err(error) if error.is_taken() => Err(StoreError::NameTaken),
            other => Ok(other? == 1),
        }
    }

    async fn delete_organisation(&self, tenant: Tenant) -> Result<bool, StoreError> {
        retry(|| try_delete(&*self.backend, tenant)).await
    }
}
