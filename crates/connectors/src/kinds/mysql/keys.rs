//! Primary and foreign keys.
//!
//! What is different about SingleStore's catalogs: primary keys are found among the indexes, and there are no foreign keys
//! (`REFERENCED_*` of `key_column_usage` is always null, and `constraint_type` says `UNIQUE` of a columnstore's primary key).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use catalog::{CatalogWriter, Note, NoteCode, Partial, TablesByName};

use super::packet::Wire;
use super::product::{Product, system};
use super::query::query;
use crate::error::{ConnectError, ConnectErrorKind};

/// Statements that may be spent on telling which tables' keys cannot be read.
const STATEMENTS: usize = 2_000;

/// Reads keys; where SingleStore's catalog of indexes is missing, as from MySQL.
pub(super) async fn keys(wire: &mut Wire, product: Product, known: &mut TablesByName, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    if product == Product::SingleStore {
        match indexes(wire, known).await {
            Err(error) if error.server_code.is_some() => {}
            other => return other,
        }
    }
    let everywhere = format!("table_schema not in {}", system(product));
    match usage(wire, &everywhere, known).await {
        Err(error) if is_corner(&error) => one_by_one(wire, known, out).await,
        other => other,
    }
}

/// Servers open every table for their keys, and give up at the first that cannot be opened: it may be of a dead foreign server, locked,
/// damaged. What is not of that table is read all the same: schema by schema, and where that fails table by table.
async fn one_by_one(wire: &mut Wire, known: &mut TablesByName, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    known.forget_keys();
    out.left_out(Partial::Keys);
    let mut schemas: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (namespace, table) in known.names() {
        schemas.entry(namespace.schema.into_owned()).or_default().push(table);
    }
    let mut left = STATEMENTS;
    for (schema, tables) in schemas {
        let of_schema = format!("table_schema = {}", literal(&schema));
        left = left.saturating_sub(1);
        match usage(wire, &of_schema, known).await {
            Err(error) if is_corner(&error) => {}
            other => {
                other?;
                continue;
            }
        }
        for table in tables {
            left = left.saturating_sub(1);
            let asked = match left {
                0 => None,
                _ => Some(usage(wire, &format!("{of_schema} and table_name = {}", literal(&table)), known).await),
            };
            match asked {
                Some(Ok(())) => {}
                Some(Err(error)) if !is_corner(&error) => return Err(error),
                Some(Err(_)) => out.note(Note::new(
                    NoteCode::KeysUnreadable,
                    format!("{schema}.{table}"),
                    "its keys are left out: the server could not open the table",
                )),
                None => out.note(Note::new(
                    NoteCode::KeysUnreadable,
                    format!("{schema}.{table}"),
                    "its keys are left out: too many tables before it could not be opened",
                )),
            }
        }
    }
    Ok(())
}

/// Whether the server refused one statement, and is as good as before.
fn is_corner(error: &ConnectError) -> bool {
    use ConnectErrorKind as K;
    error.server_code.is_some() && !matches!(error.kind, K::Exhausted | K::Closed | K::NotReady | K::TimedOut)
}

/// A text as no setting can read it otherwise.
fn literal(text: &str) -> String {
    let digits = text.bytes().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    });
    format!("convert(x'{digits}' using utf8mb4)")
}

async fn usage(wire: &mut Wire, tables: &str, known: &mut TablesByName) -> Result<(), ConnectError> {
    let sql = format!(
        "select table_schema, table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name
        from information_schema.key_column_usage
        where {tables} and (constraint_name = 'PRIMARY' or referenced_table_name is not null)
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
