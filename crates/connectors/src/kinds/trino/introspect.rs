//! The read of a schema from `information_schema` and `system.metadata`: five statements, however many tables.
//!
//! Only the schema of the credentials is read: connectors such as Hive's ask for every table one by one, and a catalog may have
//! a hundred thousand.

use std::collections::HashMap;

use catalog::{CatalogWriter, Column, Hold, Partial, Table, TableKind, TablesByName};
use egress::Deadline;

use super::open::{TrinoConnection, quoted};
use super::statement::Statement;
use super::types::normalize;
use crate::error::{ConnectError, ConnectErrorKind};

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut TrinoConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    connection.client.until(out.until().into());
    let held = out.hold();
    let (catalog, schema) = (quoted(&connection.catalog), quoted(&connection.schema));
    let mut comments = HashMap::new();
    let sql =
        format!("select table_name, comment from system.metadata.table_comments where catalog_name = {catalog} and schema_name = {schema}");
    extra(connection, &held, &sql, &mut comments, out).await?;
    let mut views = HashMap::new();
    let sql =
        format!("select name, comment from system.metadata.materialized_views where catalog_name = {catalog} and schema_name = {schema}");
    extra(connection, &held, &sql, &mut views, out).await?;

    let mut known = TablesByName::new(out.hold());
    known.schema(connection.schema.as_str(), out);
    let sql = format!("select table_schema, table_name, table_type from information_schema.tables where table_schema = {schema}");
    let mut rows = Statement::run(&mut connection.client, &connection.caller, &sql).await?;
    while let Some(row) = rows.next().await? {
        let (schema, name) = (row.text(0), row.text(1));
        let kind = match row.text(2) {
            "VIEW" => TableKind::View,
            // `information_schema` calls it a table.
            _ if views.contains_key(name) => TableKind::MaterializedView,
            _ => TableKind::Table,
        };
        let comment = comments.get(name).and_then(Option::as_deref);
        known.table(Table { comment, ..Table::new(schema, name, kind) });
    }
    drop(rows);
    columns(connection, &schema, &mut known, out).await?;
    if !held.fitted() {
        out.left_out(Partial::CatalogBytes);
    }
    Ok(known.finish(out).await?)
}

/// How much of a read's time each of the statements may take whose answers can be missed.
const SHARE: u32 = 4;

/// Names and texts that a server may refuse or not have: without them a schema is poorer, not wrong. That a server does not know
/// them, or does not show them, is how it is; that it is too busy for them is a part left out.
async fn extra(
    connection: &mut TrinoConnection,
    held: &Hold,
    sql: &str,
    found: &mut HashMap<String, Option<String>>,
    out: &mut CatalogWriter,
) -> Result<(), ConnectError> {
    let work = async {
        let mut rows = Statement::run(&mut connection.client, &connection.caller, sql).await?;
        while let Some(row) = rows.next().await? {
            let (name, text) = (row.text(0), row.get(1));
            if held.takes(name.len() + text.map_or(0, str::len)) {
                found.insert(name.to_owned(), text.map(str::to_owned));
            }
        }
        Ok(())
    };
    let deadline = Deadline::from(out.until());
    let limit = deadline.step(deadline.remaining() / SHARE);
    match limit.run(work).await.unwrap_or_else(|elapsed| Err(elapsed.into())) {
        Ok(()) => Ok(()),
        Err(error) if is_unknown(&error) => Ok(()),
        Err(error) if error.server_code.is_some() || error.kind == ConnectErrorKind::TimedOut => {
            found.clear();
            out.left_out(Partial::Comments);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Whether the server says that it has no such thing, or none for this user. Numbers: `SYNTAX_ERROR`, `NOT_SUPPORTED`,
/// `TABLE_NOT_FOUND`, `COLUMN_NOT_FOUND`.
fn is_unknown(error: &ConnectError) -> bool {
    use ConnectErrorKind as K;
    matches!(error.kind, K::NoPrivilege | K::DatabaseNotFound | K::SchemaNotFound)
        || matches!(error.server_code.as_deref(), Some("1" | "13" | "46" | "47"))
}

/// Whether `information_schema` has the column that it hides: not every version does.
async fn has_comments(connection: &mut TrinoConnection) -> Result<bool, ConnectError> {
    let work = async {
        let sql = "select comment from information_schema.columns where 1 = 0";
        let mut rows = Statement::run(&mut connection.client, &connection.caller, sql).await?;
        while rows.next().await?.is_some() {}
        Ok(true)
    };
    match work.await {
        Err(error) if is_unknown(&error) => Ok(false),
        other => other,
    }
}

/// Columns as they come, table by table.
async fn columns(
    connection: &mut TrinoConnection,
    schema: &str,
    known: &mut TablesByName,
    out: &mut CatalogWriter,
) -> Result<(), ConnectError> {
    let comment = if has_comments(connection).await? { "comment" } else { "cast(null as varchar)" };
    let sql = format!(
        "select table_schema, table_name, column_name, data_type, is_nullable, column_default, {comment} from information_schema.columns
        where table_schema = {schema} order by table_name, ordinal_position"
    );
    let mut rows = Statement::run(&mut connection.client, &connection.caller, &sql).await?;
    while let Some(row) = rows.next().await? {
        let native_type = row.text(3);
        let column = Column {
            name: row.text(2),
            path: &[],
            native_type,
            data_type: normalize(native_type),
            nullable: !row.text(4).eq_ignore_ascii_case("no"),
            default: row.get(5).filter(|text| !text.is_empty()),
            generated: None,
            comment: row.get(6).filter(|text| !text.is_empty()),
        };
        known.column(out, row.text(0), row.text(1), column).await?;
    }
    Ok(())
}
