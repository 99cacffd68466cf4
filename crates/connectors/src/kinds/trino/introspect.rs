//! The read of a schema from `information_schema` and `system.metadata`: five statements, however many tables.
//!
//! Only the schema of the credentials is read: connectors such as Hive's ask for every table one by one, and a catalog may have
//! a hundred thousand.

use std::collections::HashMap;

use catalog::{CatalogWriter, Hold, Note, NoteCode, Partial, Table, TableKind, TablesByName};
use egress::Deadline;

use super::columns::columns;
use super::error::is_unknown;
use super::open::{TrinoConnection, quoted};
use super::statement::Statement;
use crate::error::{ConnectError, ConnectErrorKind};

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut TrinoConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    connection.client.until(out.until().into());
    let held = out.hold();
    let schema_name = connection.schema.clone();
    let (catalog, schema) = (quoted(&connection.catalog), quoted(&connection.schema));
    let mut comments = HashMap::new();
    let sql =
        format!("select table_name, comment from system.metadata.table_comments where catalog_name = {catalog} and schema_name = {schema}");
    extra(connection, &schema_name, &held, &sql, &mut comments, out).await?;
    let mut views = HashMap::new();
    let sql =
        format!("select name, comment from system.metadata.materialized_views where catalog_name = {catalog} and schema_name = {schema}");
    extra(connection, &schema_name, &held, &sql, &mut views, out).await?;

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
    schema: &str,
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
            let number = error.server_code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
            out.note(Note::new(
                NoteCode::CommentsUnreadable,
                schema,
                format!("its comments are left out: the server had no time for them{number}"),
            ));
            Ok(())
        }
        Err(error) => Err(error),
    }
}
