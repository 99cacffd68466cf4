//! The read of a database from the catalog's metadata: a request for every fifty tables.

use std::collections::HashSet;

use aws_sdk_athena::types::{Column as Field, TableMetadata};
use catalog::{CatalogWriter, Column, ENTRY_BYTES, Partial, Table, TableKind};

use super::connection::AthenaConnection;
use super::error::of_call;
use super::types::normalize;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::rest::aws::patient;

/// Tables of one answer; the service gives no more.
const PAGE: i32 = 50;

/// Reads the database into `out`.
pub(super) async fn introspect(connection: &mut AthenaConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    connection.http.until(out.until().into());
    let AthenaConnection { client, catalog, database, .. } = connection;
    out.schema(database.as_str());
    let held = out.hold();
    let mut known = HashSet::new();
    let mut next: Option<String> = None;
    loop {
        let send = || {
            let list = client.list_table_metadata().catalog_name(&*catalog).database_name(&*database);
            list.max_results(PAGE).set_next_token(next.clone()).send()
        };
        let page = patient(send).await.map_err(|error| of_call("athena:ListTableMetadata and glue:GetTables", &error))?;
        for table in page.table_metadata_list() {
            // A catalog that changes while it is read may name a table on two pages.
            if known.contains(&table.name) {
                continue;
            }
            if !held.takes(ENTRY_BYTES + table.name.len()) {
                out.left_out(Partial::CatalogBytes);
                return Ok(());
            }
            known.insert(table.name.clone());
            write(database, table, out).await?;
        }
        match page.next_token.filter(|token| !token.is_empty()) {
            None => return Ok(()),
            Some(token) if next.as_ref() == Some(&token) => return Err(ConnectErrorKind::Protocol.into()),
            token => next = token,
        }
    }
}

/// One table: its columns, and after them what it is partitioned by, as Athena shows it too.
async fn write(database: &str, table: &TableMetadata, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let parameter = |name: &str| table.parameters().and_then(|all| all.get(name)).map(String::as_str);
    let kind = match table.table_type().unwrap_or_default() {
        "VIRTUAL_VIEW" => TableKind::View,
        "MATERIALIZED_VIEW" => TableKind::MaterializedView,
        "EXTERNAL_TABLE" => TableKind::ExternalTable,
        _ => TableKind::Table,
    };
    let rows = ["recordCount", "numRows"].into_iter().find_map(|name| parameter(name)?.parse::<i64>().ok());
    let head = Table {
        comment: parameter("comment").filter(|text| !text.is_empty()),
        row_estimate: rows.filter(|n| *n >= 0 && kind != TableKind::View),
        ..Table::new(database, &table.name, kind)
    };
    let Some(mut writer) = out.table(head) else { return Ok(()) };
    for column in table.columns().iter().chain(table.partition_keys()) {
        writer.column(described(column));
    }
    Ok(writer.finish(out).await?)
}

/// The catalog knows nothing of nulls. A type that it does not have, or that means nothing to us, stops nothing.
fn described(column: &Field) -> Column<'_> {
    let native_type = column.r#type().map(str::trim).filter(|text| !text.is_empty()).unwrap_or("unknown");
    Column {
        name: column.name(),
        path: &[],
        native_type,
        data_type: normalize(native_type),
        nullable: true,
        default: None,
        generated: None,
        comment: column.comment().filter(|text| !text.is_empty()),
    }
}
