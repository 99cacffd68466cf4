//! Files in SQL.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{File, FilesChange};
use super::part::Files;
use crate::backend::{Column, Row, Rows, Session, Value};
use crate::error::StoreError;
use crate::model::Tenant;
use crate::sql::SqlStore;

const SUM: &str = "select cast(coalesce(sum(bytes), 0) as bigint) from datasource_file where org_id = $1";

static ROWS: Rows = Rows {
    table: "datasource_file",
    columns: &[
        ("org_id", Column::Big),
        ("datasource_id", Column::Big),
        ("position", Column::Int),
        ("id", Column::Uuid),
        ("name", Column::Text),
        ("bytes", Column::Big),
    ],
    conflict: None,
};

fn file(row: &Row) -> Result<File, StoreError> {
    Ok(File { id: row.uuid(0)?, name: row.text(1)?, bytes: row.big(2)? })
}

#[async_trait]
impl Files for SqlStore {
    async fn files(&self, tenant: Tenant, datasource: Uuid) -> Result<Vec<File>, StoreError> {
        let sql = "select f.id, f.name, f.bytes from datasource_file f join datasource d on d.id = f.datasource_id \
                   where d.org_id = $1 and d.uuid = $2 order by f.position";
        self.all(sql, &[tenant.into(), datasource.into()], file).await
    }

    async fn file_ids(&self, tenant: Tenant) -> Result<Vec<Uuid>, StoreError> {
        self.all("select id from datasource_file where org_id = $1", &[tenant.into()], |row| row.uuid(0)).await
    }

    async fn file_bytes(&self, tenant: Tenant) -> Result<i64, StoreError> {
        Ok(self.one(SUM, &[tenant.into()], |row| row.big(0)).await?.unwrap_or_default())
    }
}

/// Writes the files of a datasource; whether the organisation has room for them.
pub(crate) async fn write_files(tx: &mut dyn Session, tenant: Tenant, datasource: i64, change: &FilesChange) -> Result<bool, StoreError> {
    // Of two who write files of one organisation the second waits here, and then counts those of the first.
    tx.execute("update organisation set name = name where id = $1", &[tenant.into()]).await?;
    tx.execute("delete from datasource_file where datasource_id = $1", &[datasource.into()]).await?;
    let mut values = Vec::with_capacity(change.files.len() * 6);
    for (position, file) in (0..).zip(&change.files) {
        let File { id, name, bytes } = file;
        values.extend([tenant.into(), datasource.into(), Value::Int(position), (*id).into(), name.into(), (*bytes).into()]);
    }
    if !values.is_empty() {
        tx.insert(&ROWS, &values).await?;
    }
    let sum = tx.first(SUM, &[tenant.into()]).await?.map(|row| row.big(0)).transpose()?.unwrap_or_default();
    Ok(sum <= change.most)
}
