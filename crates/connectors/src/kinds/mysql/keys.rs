//! Primary and foreign keys.
//!
//! What is different about SingleStore's catalogs: primary keys are found among the indexes, and there are no foreign keys
//! (`REFERENCED_*` of `key_column_usage` is always null, and `constraint_type` says `UNIQUE` of a columnstore's primary key).

use catalog::TablesByName;

use super::packet::Wire;
use super::product::{Product, system};
use super::query::query;
use crate::error::ConnectError;

/// Reads keys; where SingleStore's catalog of indexes is missing, as from MySQL.
pub(super) async fn keys(wire: &mut Wire, product: Product, known: &mut TablesByName) -> Result<(), ConnectError> {
    if product != Product::SingleStore {
        return usage(wire, product, known).await;
    }
    match indexes(wire, known).await {
        Err(error) if error.server_code.is_some() => usage(wire, product, known).await,
        other => other,
    }
}

async fn usage(wire: &mut Wire, product: Product, known: &mut TablesByName) -> Result<(), ConnectError> {
    let system = system(product);
    let sql = format!(
        "select table_schema, table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name
        from information_schema.key_column_usage
        where table_schema not in {system} and (constraint_name = 'PRIMARY' or referenced_table_name is not null)
        order by ordinal_position"
    );
    let mut rows = query(wire, &sql).await?;
    while let Some(row) = rows.next().await? {
        let (schema, table, column) = (row.text(0), row.text(1), row.text(3));
        match row.get(5) {
            None => known.primary(&*schema, &table, &column),
            Some(target) => known.foreign(&*schema, &table, &row.text(2), &column, (&*row.text(4), &target, &row.text(6))),
        }
    }
    Ok(())
}

/// An index that is the shard key too is listed once more as that.
async fn indexes(wire: &mut Wire, known: &mut TablesByName) -> Result<(), ConnectError> {
    let system = system(Product::SingleStore);
    let sql = format!(
        "select table_schema, table_name, column_name from information_schema.statistics
        where upper(index_name) = 'PRIMARY' and upper(index_type) <> 'SHARD' and table_schema not in {system} order by seq_in_index"
    );
    let mut rows = query(wire, &sql).await?;
    while let Some(row) = rows.next().await? {
        known.primary(&*row.text(0), &row.text(1), &row.text(2));
    }
    Ok(())
}
