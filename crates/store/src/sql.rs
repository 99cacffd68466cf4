//! The statements that both databases read alike, written once.
//!
//! sqlx types its statements by database, so one text serves two types only through a macro. What differs
//! (how a transaction starts, how many rows go into one insert) stands in each store's own file.

use std::future::Future;

use crate::error::StoreError;

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

macro_rules! implement_store {
    ($store:ty, $database:ty, $migrations:path) => {
        const _: () = {
            use std::collections::HashSet;

            use sqlx::Row as _;

            use crate::model::*;
            use crate::rows::{hash, row_readers};
            use crate::sql::{retry, select_datasource, token_columns};

            type Connection = <$database as sqlx::Database>::Connection;

            row_readers!($database);

            /// `insert` or `insert … on conflict`: whether there was a tenancy row decides which failure it is.
            async fn write_tenancy(connection: &mut Connection, id: i64, tenancy: &Tenancy) -> Result<(), StoreError> {
                let known = sqlx::query("select 1 from tenancy where datasource_id = $1").bind(id).fetch_optional(&mut *connection).await?.is_some();
                let sql = if known {
                    "update tenancy set level = $2, client_column_type = $3, schema_name = $4, table_name = $5, client_name_column = $6, primary_key_column = $7 \
                     where datasource_id = $1"
                } else {
                    "insert into tenancy (datasource_id, level, client_column_type, schema_name, table_name, client_name_column, primary_key_column) \
                     values ($1, $2, $3, $4, $5, $6, $7)"
                };
                let query = sqlx::query(sql)
                    .bind(id)
                    .bind(tenancy.level.as_str())
                    .bind(tenancy.client_column_type.as_deref())
                    .bind(tenancy.schema_name.as_deref())
                    .bind(tenancy.table_name.as_deref())
                    .bind(tenancy.client_name_column.as_deref())
                    .bind(tenancy.primary_key_column.as_deref());
                let failed = if known { StoreError::TenancyUpdate } else { StoreError::TenancyCreate };
                query.execute(&mut *connection).await.map(drop).map_err(failed)
            }

            async fn write_snapshot(connection: &mut Connection, snapshot: Uuid, uuid: Uuid, catalog: &Catalog, now: Timestamp) -> Result<(), StoreError> {
                sqlx::query("insert into snapshot (id, datasource, root, summary, created_at) values ($1, $2, $3, $4, $5)")
                    .bind(snapshot)
                    .bind(uuid)
                    .bind(catalog.root.as_slice())
                    .bind(catalog.summary.as_str())
                    .bind(now.0)
                    .execute(&mut *connection)
                    .await?;
                <$store>::insert_entries(connection, snapshot, &catalog.tables).await
            }

            /// Removes all snapshots of a datasource but `keep`, then the definitions that none of them names.
            async fn drop_snapshots(connection: &mut Connection, uuid: Uuid, keep: Option<Uuid>) -> Result<(), StoreError> {
                for sql in [
                    "delete from snapshot_table where snapshot in (select id from snapshot where datasource = $1 and id <> $2)",
                    "delete from snapshot where datasource = $1 and id <> $2",
                    "delete from definition where datasource = $1 and hash not in (select hash from snapshot_table where snapshot = $2)",
                ] {
                    sqlx::query(sql).bind(uuid).bind(keep.unwrap_or_default()).execute(&mut *connection).await?;
                }
                Ok(())
            }

            impl $store {
                async fn try_create(&self, tenant: Tenant, new: &NewDatasource, now: Timestamp) -> Result<(), StoreError> {
                    let mut tx = self.begin().await?;
                    let snapshot = Uuid::new_v4();
                    // The row comes first: of two writers of one name the second waits here, and then finds it taken.
                    let row = sqlx::query(
                        "insert into datasource (uuid, org_id, name, kind, revision, sealed, snapshot, product, product_version, created_at, updated_at, tested_at, synced_at) \
                         values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $9, $9, $9) on conflict (org_id, name) do nothing returning id",
                    )
                    .bind(new.uuid)
                    .bind(tenant.0)
                    .bind(new.name.as_str())
                    .bind(new.kind.as_str())
                    .bind(new.sealed.as_slice())
                    .bind(snapshot)
                    .bind(new.product.as_str())
                    .bind(new.product_version.as_str())
                    .bind(now.0)
                    .fetch_optional(&mut *tx)
                    .await?;
                    let id: i64 = row.ok_or(StoreError::NameTaken)?.try_get(0)?;
                    if let Some(tenancy) = &new.tenancy {
                        write_tenancy(&mut tx, id, tenancy).await?;
                    }
                    write_snapshot(&mut tx, snapshot, new.uuid, &new.catalog, now).await?;
                    tx.commit().await?;
                    Ok(())
                }

                async fn try_change(&self, tenant: Tenant, uuid: Uuid, revision: i64, change: &Change, now: Timestamp) -> Result<Replaced, StoreError> {
                    let mut tx = self.begin().await?;
                    let snapshot = change.catalog.as_ref().map(|_| Uuid::new_v4());
                    let changed = sqlx::query(
                        "update datasource set revision = revision + 1, sealed = coalesce($4, sealed), updated_at = case when $4 is null then updated_at else $5 end, \
                         tested_at = $5, synced_at = $5, sync_error = null, product = $6, product_version = $7, snapshot = coalesce($8, snapshot) where org_id = $1 and uuid = $2 and revision = $3 returning id",
                    )
                    .bind(tenant.0)
                    .bind(uuid)
                    .bind(revision)
                    .bind(change.sealed.as_deref())
                    .bind(now.0)
                    .bind(change.product.as_str())
                    .bind(change.product_version.as_str())
                    .bind(snapshot)
                    .fetch_optional(&mut *tx)
                    .await?;
                    let Some(row) = changed else {
                        let there = sqlx::query("select 1 from datasource where org_id = $1 and uuid = $2").bind(tenant.0).bind(uuid).fetch_optional(&mut *tx).await?;
                        return Ok(if there.is_some() { Replaced::Stale } else { Replaced::Gone });
                    };
                    let id: i64 = row.try_get(0)?;
                    if let Some(tenancy) = &change.tenancy {
                        write_tenancy(&mut tx, id, tenancy).await?;
                    }
                    if let (Some(catalog), Some(snapshot)) = (&change.catalog, snapshot) {
                        write_snapshot(&mut tx, snapshot, uuid, catalog, now).await?;
                        drop_snapshots(&mut tx, uuid, Some(snapshot)).await?;
                    }
                    tx.commit().await?;
                    Ok(Replaced::Done)
                }

                async fn try_delete(&self, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError> {
                    let mut tx = self.begin().await?;
                    let row = sqlx::query("delete from datasource where org_id = $1 and name = $2 returning uuid").bind(tenant.0).bind(name).fetch_optional(&mut *tx).await?;
                    let Some(row) = row else { return Ok(None) };
                    let uuid = row.try_get(0)?;
                    drop_snapshots(&mut tx, uuid, None).await?;
                    tx.commit().await?;
                    Ok(Some(uuid))
                }

                async fn try_stage(&self, tenant: Tenant, uuid: Uuid, definitions: &[Definition], now: Timestamp) -> Result<(), StoreError> {
                    let mut tx = self.begin().await?;
                    Self::insert_definitions(&mut tx, tenant, uuid, definitions, now).await?;
                    tx.commit().await?;
                    Ok(())
                }
            }

            #[async_trait::async_trait]
            impl crate::store::Store for $store {
                async fn migrate(&self) -> Result<(), StoreError> {
                    Ok($migrations().run(self.write_pool()).await?)
                }

                async fn ping(&self) -> Result<(), StoreError> {
                    sqlx::query("select 1").execute(self.read_pool()).await?;
                    Ok(())
                }

                async fn create_organisation(&self, name: &str, now: Timestamp) -> Result<Organisation, StoreError> {
                    let sql = "insert into organisation (name, created_at) values ($1, $2) on conflict (name) do nothing returning id, name, created_at";
                    let row = sqlx::query(sql).bind(name).bind(now.0).fetch_optional(self.write_pool()).await?;
                    organisation(&row.ok_or(StoreError::NameTaken)?)
                }

                async fn organisations(&self) -> Result<Vec<Organisation>, StoreError> {
                    sqlx::query("select id, name, created_at from organisation order by id").fetch_all(self.read_pool()).await?.iter().map(organisation).collect()
                }

                async fn organisation(&self, name: &str) -> Result<Option<Organisation>, StoreError> {
                    let sql = "select id, name, created_at from organisation where name = $1";
                    sqlx::query(sql).bind(name).fetch_optional(self.read_pool()).await?.as_ref().map(organisation).transpose()
                }

                async fn data_keys(&self, tenant: Tenant) -> Result<Vec<DataKey>, StoreError> {
                    let sql = "select org_id, version, master_id, wrapped from data_key where org_id = $1 order by version desc";
                    sqlx::query(sql).bind(tenant.0).fetch_all(self.read_pool()).await?.iter().map(data_key).collect()
                }

                async fn add_data_key(&self, tenant: Tenant, key: &DataKey, now: Timestamp) -> Result<(), StoreError> {
                    let sql = "insert into data_key (org_id, version, master_id, wrapped, created_at) values ($1, $2, $3, $4, $5) on conflict (org_id, version) do nothing";
                    sqlx::query(sql)
                        .bind(tenant.0)
                        .bind(key.version)
                        .bind(key.master_id.as_str())
                        .bind(key.wrapped.as_slice())
                        .bind(now.0)
                        .execute(self.write_pool())
                        .await?;
                    Ok(())
                }

                async fn data_key_samples(&self) -> Result<Vec<DataKey>, StoreError> {
                    let sql = "select k.org_id, k.version, k.master_id, k.wrapped from data_key k \
                               join (select master_id, min(org_id) as org_id from data_key group by master_id) f on f.master_id = k.master_id and f.org_id = k.org_id";
                    sqlx::query(sql).fetch_all(self.read_pool()).await?.iter().map(data_key).collect()
                }

                async fn data_keys_not_under(&self, master_id: &str) -> Result<Vec<DataKey>, StoreError> {
                    let sql = "select org_id, version, master_id, wrapped from data_key where master_id <> $1 order by org_id, version";
                    sqlx::query(sql).bind(master_id).fetch_all(self.read_pool()).await?.iter().map(data_key).collect()
                }

                async fn rewrap_data_key(&self, tenant: Tenant, key: &DataKey) -> Result<(), StoreError> {
                    let sql = "update data_key set master_id = $3, wrapped = $4 where org_id = $1 and version = $2";
                    sqlx::query(sql)
                        .bind(tenant.0)
                        .bind(key.version)
                        .bind(key.master_id.as_str())
                        .bind(key.wrapped.as_slice())
                        .execute(self.write_pool())
                        .await?;
                    Ok(())
                }

                async fn create_token(&self, tenant: Tenant, token: &NewToken, now: Timestamp) -> Result<(), StoreError> {
                    let sql = "insert into service_token (id, org_id, name, hash, scope, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)";
                    sqlx::query(sql)
                        .bind(token.id)
                        .bind(tenant.0)
                        .bind(token.name.as_str())
                        .bind(token.hash.as_slice())
                        .bind(token.scope.as_str())
                        .bind(now.0)
                        .bind(token.expires_at.map(|t| t.0))
                        .execute(self.write_pool())
                        .await?;
                    Ok(())
                }

                async fn tokens(&self) -> Result<Vec<(Token, String)>, StoreError> {
                    let sql = concat!("select ", token_columns!(), ", o.name from service_token t join organisation o on o.id = t.org_id order by t.created_at, t.id");
                    let rows = sqlx::query(sql).fetch_all(self.read_pool()).await?;
                    rows.iter().map(|row| Ok((token(row)?, row.try_get(8)?))).collect()
                }

                async fn token(&self, hash: &Hash) -> Result<Option<Token>, StoreError> {
                    let sql = concat!("select ", token_columns!(), " from service_token t where t.hash = $1");
                    sqlx::query(sql).bind(hash.as_slice()).fetch_optional(self.read_pool()).await?.as_ref().map(token).transpose()
                }

                async fn touch_token(&self, tenant: Tenant, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
                    let sql = "update service_token set last_used_at = $3 where org_id = $1 and id = $2";
                    sqlx::query(sql).bind(tenant.0).bind(id).bind(now.0).execute(self.write_pool()).await?;
                    Ok(())
                }

                async fn revoke_token(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
                    let sql = "update service_token set revoked_at = coalesce(revoked_at, $2) where id = $1";
                    Ok(sqlx::query(sql).bind(id).bind(now.0).execute(self.write_pool()).await?.rows_affected() == 1)
                }

                async fn datasource_names(&self, tenant: Tenant, page: Option<Page>) -> Result<Vec<String>, StoreError> {
                    let rows = match page {
                        None => sqlx::query("select name from datasource where org_id = $1 order by id").bind(tenant.0).fetch_all(self.read_pool()).await?,
                        Some(page) => {
                            let sql = "select name from datasource where org_id = $1 order by id limit $2 offset $3";
                            sqlx::query(sql).bind(tenant.0).bind(page.limit).bind(page.offset).fetch_all(self.read_pool()).await?
                        }
                    };
                    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
                }

                async fn datasource_exists(&self, tenant: Tenant, name: &str) -> Result<bool, StoreError> {
                    let sql = "select 1 from datasource where org_id = $1 and name = $2";
                    Ok(sqlx::query(sql).bind(tenant.0).bind(name).fetch_optional(self.read_pool()).await?.is_some())
                }

                async fn datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Datasource>, StoreError> {
                    let row = sqlx::query(select_datasource!("d.name = $2")).bind(tenant.0).bind(name).fetch_optional(self.read_pool()).await?;
                    row.as_ref().map(datasource).transpose()
                }

                async fn datasource_by_uuid(&self, tenant: Tenant, uuid: Uuid) -> Result<Option<Datasource>, StoreError> {
                    let row = sqlx::query(select_datasource!("d.uuid = $2")).bind(tenant.0).bind(uuid).fetch_optional(self.read_pool()).await?;
                    row.as_ref().map(datasource).transpose()
                }

                async fn definition_hashes(&self, tenant: Tenant, uuid: Uuid) -> Result<HashSet<Hash>, StoreError> {
                    let sql = "select t.hash from datasource d join snapshot_table t on t.snapshot = d.snapshot where d.org_id = $1 and d.uuid = $2";
                    let rows = sqlx::query(sql).bind(tenant.0).bind(uuid).fetch_all(self.read_pool()).await?;
                    rows.iter().map(|row| hash(row.try_get(0)?)).collect()
                }

                async fn stage(&self, tenant: Tenant, uuid: Uuid, definitions: &[Definition], now: Timestamp) -> Result<(), StoreError> {
                    retry(|| self.try_stage(tenant, uuid, definitions, now)).await
                }

                async fn create_datasource(&self, tenant: Tenant, new: &NewDatasource, now: Timestamp) -> Result<(), StoreError> {
                    retry(|| self.try_create(tenant, new, now)).await
                }

                async fn change_datasource(&self, tenant: Tenant, uuid: Uuid, revision: i64, change: &Change, now: Timestamp) -> Result<Replaced, StoreError> {
                    retry(|| self.try_change(tenant, uuid, revision, change, now)).await
                }

                async fn note_sync_failure(&self, tenant: Tenant, uuid: Uuid, message: &str) -> Result<(), StoreError> {
                    let sql = "update datasource set sync_error = $3 where org_id = $1 and uuid = $2";
                    sqlx::query(sql).bind(tenant.0).bind(uuid).bind(message).execute(self.write_pool()).await?;
                    Ok(())
                }

                async fn delete_datasource(&self, tenant: Tenant, name: &str) -> Result<Option<Uuid>, StoreError> {
                    retry(|| self.try_delete(tenant, name)).await
                }

                async fn cached_tables(&self, tenant: Tenant, uuid: Uuid, which: Tables<'_>, page: Page) -> Result<Vec<(TableEntry, String)>, StoreError> {
                    let sql = "select t.schema_name, t.table_name, t.kind, t.hash, t.columns, t.row_estimate, b.body \
                               from datasource d join snapshot_table t on t.snapshot = d.snapshot join definition b on b.datasource = d.uuid and b.hash = t.hash \
                               where d.org_id = $1 and d.uuid = $2 and ($3 is null or t.schema_name = $3) and ($4 is null or t.table_name = $4) \
                               order by t.schema_name, t.table_name limit $5 offset $6";
                    let rows = sqlx::query(sql)
                        .bind(tenant.0)
                        .bind(uuid)
                        .bind(which.schema)
                        .bind(which.table)
                        .bind(page.limit)
                        .bind(page.offset)
                        .fetch_all(self.read_pool())
                        .await?;
                    rows.iter().map(entry).collect()
                }

                async fn sweep(&self, before: Timestamp) -> Result<u64, StoreError> {
                    let sql = "delete from definition where staged_at < $1 and datasource not in (select uuid from datasource)";
                    Ok(sqlx::query(sql).bind(before.0).execute(self.write_pool()).await?.rows_affected())
                }
            }
        };
    };
}

pub(crate) use {implement_store, select_datasource, token_columns};
