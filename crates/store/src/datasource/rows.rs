//! From rows to the model; columns stand in the order of the statement in `sql`.

use super::model::{Datasource, Lifecycle, Server};
use super::tenancy::{Tenancy, TenancyLevel};
use crate::backend::Row;
use crate::error::StoreError;
use crate::model::Timestamp;

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

fn lifecycle(word: &str) -> Result<Lifecycle, StoreError> {
    match word {
        "untested" => Ok(Lifecycle::Untested),
        "verified" => Ok(Lifecycle::Verified),
        _ => Err(StoreError::Damaged("unknown lifecycle")),
    }
}

pub(super) fn datasource(row: &Row) -> Result<Datasource, StoreError> {
    let server = row.maybe_text(8)?.zip(row.maybe_text(9)?).map(|(product, version)| Server { product, version });
    Ok(Datasource {
        id: row.big(0)?,
        uuid: row.uuid(1)?,
        name: row.text(2)?,
        kind: row.text(3)?,
        revision: row.big(4)?,
        lifecycle: lifecycle(&row.text(5)?)?,
        profile: row.maybe_text(6)?,
        sealed: row.bytes(7)?,
        server,
        created_at: Timestamp(row.big(10)?),
        updated_at: Timestamp(row.big(11)?),
        tested_at: row.maybe_big(12)?.map(Timestamp),
        synced_at: row.maybe_big(13)?.map(Timestamp),
        root: row.maybe_hash(14)?,
        summary: row.maybe_text(15)?,
        tenancy: tenancy(row, 16)?,
        sync_error: row.maybe_text(22)?,
    })
}
