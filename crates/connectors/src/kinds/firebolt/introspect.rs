//! The read of a database from `information_schema`: two statements, however many tables.

use catalog::{CatalogWriter, Column, Table, TableKind, TablesByName};

use super::open::FireboltConnection;
use super::query::text;
use super::types::normalize;
use crate::error::ConnectError;

/// Reads the schema, or all schemas, into `out`.
pub(super) async fn introspect(connection: &mut FireboltConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let engine = &mut connection.engine;
    engine.client.until(out.until().into());
    let condition = connection.schema.as_deref().map_or_else(
        || "table_schema not in ('information_schema', 'pg_catalog')".to_owned(),
        |schema| format!("table_schema = {}", text(schema)),
    );
    let mut known = TablesByName::new(out.hold());
    if let Some(schema) = &connection.schema {
        known.schema(schema.as_str(), out);
    }
    let sql = format!(
        "select table_schema, table_name, table_type, number_of_rows::text from information_schema.tables where {condition} \
        order by table_schema, table_name"
    );
    for row in engine.run(&sql).await?.0 {
        let (schema, name) = (row.text(0), row.text(1));
        let kind = match row.text(2).to_ascii_uppercase().as_str() {
            "VIEW" => TableKind::View,
            "EXTERNAL" | "EXTERNAL TABLE" => TableKind::ExternalTable,
            _ => TableKind::Table,
        };
        let row_estimate = row.get(3).and_then(|rows| rows.parse().ok());
        known.schema(schema, out);
        known.table(Table { row_estimate, ..Table::new(schema, name, kind) });
    }
    let sql = format!(
        "select table_schema, table_name, column_name, data_type, is_nullable, column_default from information_schema.columns \
        where {condition} order by table_schema, table_name, ordinal_position"
    );
    for row in engine.run(&sql).await?.0 {
        let native_type = row.text(3);
        let column = Column {
            name: row.text(2),
            path: &[],
            native_type,
            data_type: normalize(native_type),
            nullable: !row.text(4).eq_ignore_ascii_case("no"),
            default: row.get(5).filter(|text| !text.is_empty()),
            generated: None,
            comment: None,
        };
        known.column(out, row.text(0), row.text(1), column).await?;
    }
    Ok(known.finish(out).await?)
}
