//! From rows to the model, for either database.

use crate::error::StoreError;
use crate::model::Hash;

/// 32 bytes from a column.
pub(crate) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|_| StoreError::Damaged("a hash is not 32 bytes long"))
}

/// Functions that read one row each; the columns stand in the order of the statements in `sql`.
macro_rules! row_readers {
    ($database:ty) => {
        type Row = <$database as sqlx::Database>::Row;

        fn organisation(row: &Row) -> Result<Organisation, StoreError> {
            Ok(Organisation { tenant: Tenant(row.try_get(0)?), name: row.try_get(1)?, created_at: Timestamp(row.try_get(2)?) })
        }

        fn data_key(row: &Row) -> Result<DataKey, StoreError> {
            Ok(DataKey { tenant: Tenant(row.try_get(0)?), version: row.try_get(1)?, master_id: row.try_get(2)?, wrapped: row.try_get(3)? })
        }

        fn token(row: &Row) -> Result<Token, StoreError> {
            let scope: &str = row.try_get(3)?;
            Ok(Token {
                id: row.try_get(0)?,
                tenant: Tenant(row.try_get(1)?),
                name: row.try_get(2)?,
                scope: scope.parse().map_err(|_| StoreError::Damaged("unknown token scope"))?,
                created_at: Timestamp(row.try_get(4)?),
                expires_at: row.try_get::<Option<i64>, _>(5)?.map(Timestamp),
                revoked_at: row.try_get::<Option<i64>, _>(6)?.map(Timestamp),
                last_used_at: row.try_get::<Option<i64>, _>(7)?.map(Timestamp),
            })
        }

        fn tenancy(row: &Row, first: usize) -> Result<Option<Tenancy>, StoreError> {
            let level = match row.try_get::<Option<&str>, _>(first)? {
                None => return Ok(None),
                Some("TABLE") => TenancyLevel::Table,
                Some("DATABASE") => TenancyLevel::Database,
                Some(_) => return Err(StoreError::Damaged("unknown tenancy level")),
            };
            Ok(Some(Tenancy {
                level,
                client_column_type: row.try_get(first + 1)?,
                schema_name: row.try_get(first + 2)?,
                table_name: row.try_get(first + 3)?,
                client_name_column: row.try_get(first + 4)?,
                primary_key_column: row.try_get(first + 5)?,
            }))
        }

        fn datasource(row: &Row) -> Result<Datasource, StoreError> {
            Ok(Datasource {
                uuid: row.try_get(0)?,
                name: row.try_get(1)?,
                kind: row.try_get(2)?,
                revision: row.try_get(3)?,
                sealed: row.try_get(4)?,
                product: row.try_get(5)?,
                product_version: row.try_get(6)?,
                created_at: Timestamp(row.try_get(7)?),
                updated_at: Timestamp(row.try_get(8)?),
                tested_at: Timestamp(row.try_get(9)?),
                synced_at: Timestamp(row.try_get(10)?),
                root: hash(row.try_get(11)?)?,
                summary: row.try_get(12)?,
                tenancy: tenancy(row, 13)?,
                sync_error: row.try_get(19)?,
            })
        }

        fn entry(row: &Row) -> Result<(TableEntry, String), StoreError> {
            let entry = TableEntry {
                schema: row.try_get(0)?,
                table: row.try_get(1)?,
                kind: row.try_get(2)?,
                hash: hash(row.try_get(3)?)?,
                columns: row.try_get(4)?,
                row_estimate: row.try_get(5)?,
            };
            Ok((entry, row.try_get(6)?))
        }
    };
}

pub(crate) use row_readers;
