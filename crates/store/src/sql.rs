//! The statements, which both databases read alike, and the store made of them.

use std::collections::HashSet;

use async_trait::async_trait;
use uuid::Uuid;

use crate::backend::{Backend, Row, Value};
use crate::change::{retry, try_change, try_create, try_delete, try_stage};
use crate::error::StoreError;
use crate::model::{
    Change, DataKey, Datasource, Definition, Hash, NewDatasource, NewToken, Organisation, Page, Replaced, TableEntry, Tables, Tenant,
    Timestamp, Token,
};
use crate::store::Store;
use crate::{migrations, rows};

/// Columns of a datasource and its tenancy, in the order that the row reader expects.
macro_rules! select_datasource {
    ($condition:literal) => {
        concat!(
            "select d.uuid, d.name, d.kind, d.revision, d.sealed, d.product, d.product_version, d.created_at, d.updated_at, d.tested_at, d.synced_at, ",
            "s.root, s.summary, t.level, t.client_column_type, t.schema_name, t.table_name, t.client_name_column, t.primary_key_column, d.sync_error ",
            "from datasource d join snapshot s on s.id = d.snapshot left join tenancy t on t.datasource_id = d.id where d.org_id = $1 and ",
            $condition
        )
    };
}

/// Columns of a token.
macro_rules! token_columns {
    () => {
        "t.id, t.org_id, t.name, t.scope, t.created_at, t.expires_at, t.revoked_at, t.last_used_at"
    };
}

/// The store over either database.
#[derive(Debug)]
pub(crate) struct SqlStore<B>(pub(crate) B);

impl<B: Backend> SqlStore<B> {
    async fn all<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.0.read().await?.query(sql, values).await?.iter().map(read).collect()
    }

    async fn one<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.0.read().await?.first(sql, values).await?.as_ref().map(read).transpose()
    }

    async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.0.write().await?.execute(sql, values).await
    }
}

#[async_trait]
impl<B: Backend> Store for SqlStore<B> {
    async fn migrate(&self) -> Result<(), StoreError> {
        retry(|| migrations::migrate(&self.0)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.all("select 1", &[], |_| Ok(())).await.map(drop)
    }

    async fn create_organisation(&self, name: &str, now: Timestamp) -> Result<Organisation, StoreError> {
        let sql =
            "insert into organisation (name, created_at) values ($1, $2) on conflict (name) do nothing returning id, name, created_at";
        let row = self.0.write().await?.first(sql, &[Value::Text(name), Value::Big(now.0)]).await?;
        rows::organisation(&row.ok_or(StoreError::NameTaken)?)
    }

    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError> {
        self.all("select id, name, created_at from organisation order by id", &[], rows::organisation).await
    }

    async fn organisation(&self, name: &str) -> Result<Option<Organisation>, StoreError> {
        self.one("select id, name, created_at from organisation where name = $1", &[Value::Text(name)], rows::organisation).await
    }

    async fn data_keys(&self, tenant: Tenant) -> Result<Vec<DataKey>, StoreError> {
        let sql = "select org_id, version, master_id, wrapped from data_key where org_id = $1 order by version desc";
        self.all(sql, &[Value::Big(tenant.0)], rows::data_key).await
    }

    async fn add_data_key(&self, tenant: Tenant, key: &DataKey, now: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into data_key (org_id, version, master_id, wrapped, created_at) values ($1, $2, $3, $4, $5) on conflict (org_id, version) do nothing";
        let values =
            [Value::Big(tenant.0), Value::Int(key.version), Value::Text(&key.master_id), Value::Bytes(&key.wrapped), Value::Big(now.0)];
        self.run(sql, &values).await.map(drop)
    }

    async fn data_key_samples(&self) -> Result<Vec<DataKey>, StoreError> {
        let sql = "select k.org_id, k.version, k.master_id, k.wrapped from data_key k \
                   join (select master_id, min(org_id) as org_id from data_key group by master_id) f on f.master_id = k.master_id and f.org_id = k.org_id";
        self.all(sql, &[], rows::data_key).await
    }

    async fn data_keys_not_under(&self, master_id: &str) -> Result<Vec<DataKey>, StoreError> {
        let sql = "select org_id, version, master_id, wrapped from data_key where master_id <> $1 order by org_id, version";
        self.all(sql, &[Value::Text(master_id)], rows::data_key).await
    }

    async fn rewrap_data_key(&self, tenant: Tenant, key: &DataKey) -> Result<(), StoreError> {
        let sql = "update data_key set master_id = $3, wrapped = $4 where org_id = $1 and version = $2";
        let values = [Value::Big(tenant.0), Value::Int(key.version), Value::Text(&key.master_id), Value::Bytes(&key.wrapped)];
        self.run(sql, &values).await.map(drop)
    }

    async fn create_token(&self, tenant: Tenant, token: &NewToken, now: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into service_token (id, org_id, name, hash, scope, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)";
        let end = Value::maybe(token.expires_at, |t| Value::Big(t.0));
        let scope = Value::Text(token.scope.as_str());
        let values = [
            Value::Uuid(token.id),
            Value::Big(tenant.0),
            Value::Text(&token.name),
            Value::Bytes(&token.hash),
            scope,
            Value::Big(now.0),
            end,
        ];
        self.run(sql, &values).await.map(drop)
    }

    async fn tokens(&self) -> Result<Vec<(Token, String)>, StoreError> {
        let sql = concat!(
            "select ",
            token_columns!(),
            ", o.name from service_token t join organisation o on o.id = t.org_id order by t.created_at, t.id"
        );
        self.all(sql, &[], |row| Ok((rows::token(row)?, row.text(8)?))).await
    }

    async fn token(&self, hash: &Hash) -> Result<Option<Token>, StoreError> {
        let sql = concat!("select ", token_columns!(), " from service_token t where t.hash = $1");
        self.one(sql, &[Value::Bytes(hash)], rows::token).await
    }

    async fn touch_token(&self, tenant: Tenant, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update service_token set last_used_at = $3 where org_id = $1 and id = $2";
        self.run(sql, &[Value::Big(tenant.0), Value::Uuid(id), Value::Big(now.0)]).await.map(drop)
    }

    async fn revoke_token(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "update service_token set revoked_at = coalesce(revoked_at, $2) where id = $1";
        Ok(self.run(sql, &[Value::Uuid(id), Value::Big(now.0)]).await? == 1)
    }

    async fn datasource_names(&self, tenant: Tenant, page: Option<Page>) -> Result<Vec<String>, StoreError> {
        match page {
            None => self.all("select name from datasource where org_id = $1 order by id", &[Value::Big(tenant.0)], |row| row.text(0)).await,
            Some(page) => {
                let sql = "select name from datasource where org_id = $1 order by id limit $2 offset $3";
                self.all(sql, &[Value::Big(tenant.0), Value::Big(page.limit), Value::Big(page.offset)], |row| row.text(0)).await
            }
        }
    }

    async fn datasource_exists(&self, tenant: Tenant, name: &str) -> Result<bool, StoreError> {
        let sql = "select 1 from datasource where org_id = $1 and name = $2";
        Ok(self.one(sql, &[Value::Big(tenant.0), Value::Text(name)], |_| Ok(())).await?.is_some())
    }

    async fn datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Datasource>, StoreError> {
        self.one(select_datasource!("d.name = $2"), &[Value::Big(tenant.0), Value::Text(name)], rows::datasource).await
    }

    async fn datasource_by_uuid(&self, tenant: Tenant, uuid: Uuid) -> Result<Option<Datasource>, StoreError> {
        self.one(select_datasource!("d.uuid = $2"), &[Value::Big(tenant.0), Value::Uuid(uuid)], rows::datasource).await
    }

    async fn definition_hashes(&self, tenant: Tenant, uuid: Uuid) -> Result<HashSet<Hash>, StoreError> {
        let sql = "select t.hash from datasource d join snapshot_table t on t.snapshot = d.snapshot where d.org_id = $1 and d.uuid = $2";
        Ok(self.all(sql, &[Value::Big(tenant.0), Value::Uuid(uuid)], |row| row.hash(0)).await?.into_iter().collect())
    }

    async fn stage(&self, tenant: Tenant, uuid: Uuid, definitions: &[Definition], now: Timestamp) -> Result<(), StoreError> {
        retry(|| try_stage(&self.0, tenant, uuid, definitions, now)).await
    }

    async fn create_datasource(&self, tenant: Tenant, new: &NewDatasource, now: Timestamp) -> Result<(), StoreError> {
        retry(|| try_create(&self.0, tenant, new, now)).await
    }

    async fn change_datasource(
        &self,
        tenant: Tenant,
        uuid: Uuid,
        revision: i64,
        change: &Change,
        now: Timestamp,
    ) -> Result<Replaced, StoreError> {
        retry(|| try_change(&self.0, tenant, uuid, revision, change, now)).await
    }

    async fn note_sync_failure(&self, tenant: Tenant, uuid: Uuid, revision: i64, message: &str) -> Result<(), StoreError> {
        let sql = "update datasource set sync_error = $4 where org_id = $1 and uuid = $2 and revision = $3";
        self.run(sql, &[Value::Big(tenant.0), Value::Uuid(uuid), Value::Big(revision), Value::Text(message)]).await.map(drop)
    }

    async fn delete_datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError> {
        retry(|| try_delete(&self.0, tenant, name)).await
    }

    async fn cached_tables(
        &self,
        tenant: Tenant,
        uuid: Uuid,
        which: Tables<'_>,
        page: Page,
    ) -> Result<Vec<(TableEntry, String)>, StoreError> {
        let sql = "select t.schema_name, t.table_name, t.kind, t.hash, t.columns, t.row_estimate, b.body \
                   from datasource d join snapshot_table t on t.snapshot = d.snapshot join definition b on b.datasource = d.uuid and b.hash = t.hash \
                   where d.org_id = $1 and d.uuid = $2 and (cast($3 as text) is null or t.schema_name = $3) and (cast($4 as text) is null or t.table_name = $4) \
                   order by t.schema_name, t.table_name limit $5 offset $6";
        let (schema, table) = (Value::maybe(which.schema, Value::Text), Value::maybe(which.table, Value::Text));
        self.all(
            sql,
            &[Value::Big(tenant.0), Value::Uuid(uuid), schema, table, Value::Big(page.limit), Value::Big(page.offset)],
            rows::table,
        )
        .await
    }

    async fn sweep(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "delete from definition where staged_at < $1 and not exists (select 1 from datasource d \
                   join snapshot_table t on t.snapshot = d.snapshot where d.uuid = definition.datasource and t.hash = definition.hash)";
        self.run(sql, &[Value::Big(before.0)]).await
    }
}
