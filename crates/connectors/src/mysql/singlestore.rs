//! What is different about SingleStore's catalogs: primary keys are found among the indexes, and there are no foreign keys
//! (`REFERENCED_*` of `key_column_usage` is always null, and `constraint_type` says `UNIQUE` of a columnstore's primary key).

use super::introspect::{keys, system};
use super::packet::Wire;
use super::product::Product;
use super::query::query;
use crate::catalog::Known;
use crate::error::ConnectError;

/// Reads primary keys; where the catalog of indexes is missing, as from MySQL.
pub(super) async fn primary_keys(wire: &mut Wire, known: &mut Known) -> Result<(), ConnectError> {
    match indexes(wire, known).await {
        Err(error) if error.server_code.is_some() => keys(wire, Product::SingleStore, known).await,
        other => other,
    }
}

/// An index that is the shard key too is listed once more as that.
async fn indexes(wire: &mut Wire, known: &mut Known) -> Result<(), ConnectError> {
    let system = system(Product::SingleStore);
    let sql = format!(
        "select table_schema, table_name, column_name from information_schema.statistics
        where upper(index_name) = 'PRIMARY' and upper(index_type) <> 'SHARD' and table_schema not in {system} order by seq_in_index"
    );
    let mut rows = query(wire, &sql).await?;
    while let Some(row) = rows.next().await? {
        known.primary(&row.text(0), &row.text(1), &row.text(2));
    }
    Ok(())
}
