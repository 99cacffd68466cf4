//! The read of a schema from `information_schema`: a handful of statements, however many tables.

use catalog::{CatalogWriter, Column, Generated, Table, TableKind, TablesByName};
use egress::Deadline;

use super::keys::keys;
use super::open::MySqlConnection;
use super::packet::Wire;
use super::product::{Product, system};
use super::query::{query, quit};
use super::session::prepare;
use super::types::{normalize, quoted};
use crate::error::ConnectError;

/// What stands before the name of a folder among the data that is no database: `#mysql50#lost+found`.
const FOLDER: &str = "#mysql50#";

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut MySqlConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let (wire, product) = (&mut connection.wire, connection.product);
    prepare(wire, product, Deadline::from(out.until())).await?;
    let mut known = TablesByName::new(out.hold());
    let sql = format!("select schema_name from information_schema.schemata where schema_name not in {}", system(product));
    let mut rows = query(wire, &sql).await?;
    while let Some(row) = rows.next().await? {
        let name = row.text(0);
        if !name.starts_with(FOLDER) {
            known.schema(&*name, out);
        }
    }
    tables(wire, product, &mut known).await?;
    keys(wire, product, &mut known, out).await?;
    columns(wire, product, &mut known, out).await?;
    quit(wire).await;
    Ok(known.finish(out).await?)
}

async fn tables(wire: &mut Wire, product: Product, known: &mut TablesByName) -> Result<(), ConnectError> {
    let system = system(product);
    // MySQL 5.7 and MariaDB would open every table for it; the others have it at hand.
    let estimate = if matches!(product, Product::MySql(8..) | Product::SingleStore) { "table_rows" } else { "null" };
    let sql = format!(
        "select table_schema, table_name, table_type, engine, table_comment, {estimate} from information_schema.tables
        where table_schema not in {system}"
    );
    let mut rows = query(wire, &sql).await?;
    while let Some(row) = rows.next().await? {
        if row.text(0).starts_with(FOLDER) {
            continue;
        }
        let engine = row.text(3).to_ascii_lowercase();
        let kind = match row.text(2).to_ascii_uppercase().as_str() {
            "SEQUENCE" => continue,
            word if word.contains("TEMPORARY") => continue,
            word if word.contains("VIEW") => TableKind::View,
            _ if matches!(engine.as_str(), "federated" | "federatedx" | "connect" | "spider" | "s3" | "ndbcluster_remote") => {
                TableKind::ForeignTable
            }
            _ => TableKind::Table,
        };
        // The comment of a view is "VIEW", or what is wrong with it; so is that of a table which cannot be opened and has no engine.
        let sound = kind != TableKind::View && row.get(3).is_some();
        let comment = sound.then(|| row.text(4));
        let row_estimate = row.get(5).and_then(|n| n.parse().ok());
        known.table(Table { comment: comment.as_deref(), row_estimate, ..Table::new(&*row.text(0), &row.text(1), kind) });
    }
    Ok(())
}

/// Columns as they come, table by table. The order is of bytes: in the catalog's own collation `T` and `t` are one.
async fn columns(wire: &mut Wire, product: Product, known: &mut TablesByName, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let (generation, system) = (generation_expression(wire).await?, system(product));
    let sql = format!(
        "select table_schema, table_name, column_name, column_type, data_type, is_nullable, column_default, extra, column_comment, {generation}
        from information_schema.columns where table_schema not in {system}
        order by cast(table_schema as binary), cast(table_name as binary), ordinal_position"
    );
    let mut rows = query(wire, &sql).await?;
    while let Some(row) = rows.next().await? {
        let (data_type, native_type) = (row.text(4), row.text(3));
        let extra = row.text(7).to_ascii_lowercase();
        let generated = match () {
            () if extra.contains("auto_increment") => Some(Generated::Identity),
            () if extra.contains("virtual") => Some(Generated::Virtual),
            // "stored generated" of MySQL, "persistent" of older MariaDB, "computed" of SingleStore, which has no other sort.
            () if extra.contains("stored generated") || extra.contains("persistent") || extra.contains("computed") => {
                Some(Generated::Stored)
            }
            () => None,
        };
        let expression = row.get(9).filter(|text| !text.is_empty());
        let default = match (expression, row.get(6)) {
            (Some(expression), _) => Some(expression.into_owned()),
            (None, Some(value)) => default(product, &data_type, &extra, &value),
            (None, None) => None,
        };
        let comment = row.text(8);
        let column = Column {
            name: &row.text(2),
            path: &[],
            native_type: &native_type,
            data_type: normalize(&data_type, &native_type),
            nullable: row.text(5).eq_ignore_ascii_case("yes"),
            default: default.as_deref(),
            generated,
            comment: Some(comment.as_ref()).filter(|text| !text.is_empty()),
        };
        known.column(out, &*row.text(0), &row.text(1), column).await?;
    }
    Ok(())
}

/// Older servers and compatible products do not have the column.
async fn generation_expression(wire: &mut Wire) -> Result<&'static str, ConnectError> {
    let sql = "select count(*) from information_schema.columns where table_schema = 'information_schema'
        and table_name = 'COLUMNS' and column_name = 'GENERATION_EXPRESSION'";
    let mut rows = query(wire, sql).await?;
    let mut there = false;
    while let Some(row) = rows.next().await? {
        there = row.text(0) != "0";
    }
    Ok(if there { "generation_expression" } else { "null" })
}

/// The expression of a default. MariaDB prints expressions; MySQL prints the bare value of a literal, which needs its quotes back.
fn default(product: Product, data_type: &str, extra: &str, value: &str) -> Option<String> {
    let printed = product == Product::MariaDb(true);
    let moment = matches!(data_type, "timestamp" | "datetime") && value.to_ascii_lowercase().starts_with("current_timestamp");
    // MySQL 8 prints bytes in hexadecimal.
    let bytes = matches!(data_type, "binary" | "varbinary") && value.starts_with("0x");
    match value {
        "NULL" if printed => None,
        value if printed || moment || bytes || extra.contains("default_generated") || !quoted(data_type) => Some(value.to_owned()),
        value => Some(format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_expressions() {
        for (product, data_type, extra, value, wanted) in [
            (Product::MariaDb(true), "varchar", "", "NULL", None),
            (Product::MariaDb(true), "varchar", "", "'x'", Some("'x'")),
            (Product::MySql(8), "varchar", "", "it's", Some("'it''s'")),
            (Product::MySql(5), "varchar", "", r"C:\temp\new", Some(r"'C:\\temp\\new'")),
            (Product::MySql(5), "varchar", "", "end\\", Some(r"'end\\'")),
            (Product::MySql(8), "varchar", "", "NULL", Some("'NULL'")),
            (Product::MySql(8), "varchar", "default_generated", "uuid()", Some("uuid()")),
            (Product::MySql(5), "timestamp", "", "CURRENT_TIMESTAMP", Some("CURRENT_TIMESTAMP")),
            (Product::MySql(8), "varchar", "", "current_timestamp is nice", Some("'current_timestamp is nice'")),
            (Product::MySql(8), "varbinary", "", "0x6869", Some("0x6869")),
            (Product::MariaDb(false), "varchar", "", "NULL", Some("'NULL'")),
            (Product::MySql(5), "int", "", "7", Some("7")),
            (Product::MySql(5), "bit", "", "b'0'", Some("b'0'")),
            (Product::SingleStore, "date", "", "2020-01-01", Some("'2020-01-01'")),
        ] {
            assert_eq!(default(product, data_type, extra, value).as_deref(), wanted, "{product:?} {value}");
        }
    }
}
