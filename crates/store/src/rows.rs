//! From rows to the model; columns stand in the order of the statements in `sql`.

use crate::backend::Row;
use crate::error::StoreError;
use crate::model::{DataKey, Datasource, Organisation, TableEntry, Tenancy, TenancyLevel, Tenant, Timestamp, Token};

pub(crate) fn organisation(row: &Row) -> Result<Organisation, StoreError> {
    Ok(Organisation { tenant: Tenant(row.big(0)?), name: row.text(1)?, created_at: Timestamp(row.big(2)?) })
}

pub(crate) fn data_key(row: &Row) -> Result<DataKey, StoreError> {
    Ok(DataKey { tenant: Tenant(row.big(0)?), version: row.int(1)?, master_id: row.text(2)?, wrapped: row.bytes(3)? })
}

pub(crate) fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.uuid(0)?,
        tenant: Tenant(row.big(1)?),
        name: row.text(2)?,
        scope: row.text(3)?.parse().map_err(|_| StoreError::Damaged("unknown token scope"))?,
        created_at: Timestamp(row.big(4)?),
        expires_at: row.maybe_big(5)?.map(Timestamp),
        revoked_at: row.maybe_big(6)?.map(Timestamp),
        last_used_at: row.maybe_big(7)?.map(Timestamp),
    })
}

fn tenancy(row: &Row, first: usize) -> Result<Option<Tenancy>, StoreError> {
    let level = match row.maybe_text(first)?.as_deref() {
        None => return Ok(None),
        Some("TABLE") => TenancyLevel::Table,
        Some("DATABASE") => TenancyLevel::Database,
        Some(_) => return Err(StoreError::Damaged("unknown tenancy level")),
    };
    Ok(Some(Tenancy {
        level,
        client_column_type: row.maybe_text(first + 1)?,
        schema_name: row.maybe_text(first + 2)?,
        table_name: row.maybe_text(first + 3)?,
        client_name_column: row.maybe_text(first + 4)?,
        primary_key_column: row.maybe_text(first + 5)?,
    }))
}

pub(crate) fn datasource(row: &Row) -> Result<Datasource, StoreError> {
    Ok(Datasource {
        uuid: row.uuid(0)?,
        name: row.text(1)?,
        kind: row.text(2)?,
        revision: row.big(3)?,
        sealed: row.bytes(4)?,
        product: row.text(5)?,
        product_version: row.text(6)?,
        created_at: Timestamp(row.big(7)?),
        updated_at: Timestamp(row.big(8)?),
        tested_at: Timestamp(row.big(9)?),
        synced_at: Timestamp(row.big(10)?),
        root: row.hash(11)?,
        summary: row.text(12)?,
        tenancy: tenancy(row, 13)?,
        sync_error: row.maybe_text(19)?,
    })
}

pub(crate) fn table(row: &Row) -> Result<(TableEntry, String), StoreError> {
    let entry = TableEntry {
        schema: row.text(0)?,
        table: row.text(1)?,
        kind: row.text(2)?,
        hash: row.hash(3)?,
        columns: row.int(4)?,
        row_estimate: row.maybe_big(5)?,
    };
    Ok((entry, row.text(6)?))
}
