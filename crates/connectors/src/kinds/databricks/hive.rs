//! The catalog from before Unity, `hive_metastore`: it is asked by statements, one for each schema.

use catalog::{CatalogWriter, Column, Namespace, Note, NoteCode, Partial, Table, TableKind};

use super::connection::DatabricksConnection;
use super::statement::{Row, Statement};
use super::types::{normalize, quoted};
use crate::error::{ConnectError, ConnectErrorKind as K};

/// Its name.
pub(super) const NAME: &str = "hive_metastore";

/// Whether a catalog is this one.
pub(super) fn is(catalog: &str) -> bool {
    catalog.eq_ignore_ascii_case(NAME)
}

async fn statement<'a>(connection: &'a mut DatabricksConnection, sql: &str) -> Result<Statement<'a>, ConnectError> {
    Statement::run(&mut connection.workspace, &connection.warehouse, sql, None).await
}

/// Its schemas.
pub(super) async fn schemas(connection: &mut DatabricksConnection) -> Result<Vec<String>, ConnectError> {
    let mut rows = statement(connection, &format!("SHOW SCHEMAS IN {NAME}")).await?;
    let mut names = Vec::new();
    while let Some(chunk) = rows.rows().await? {
        names.extend(chunk.into_iter().filter_map(|row| row.into_iter().next().flatten()).map(String::from));
    }
    Ok(names)
}

/// Reads all of it into `out`. A schema that cannot be read is left out.
pub(super) async fn read(connection: &mut DatabricksConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    for schema in schemas(connection).await? {
        out.schema(Namespace::of(NAME, &schema));
        match tables(connection, &schema, out).await {
            Err(error) if error.server_code.is_some() && error.kind != K::NotReady => {
                out.left_out(Partial::Tables);
                out.note(Note::new(NoteCode::TableUnreadable, format!("{NAME}.{schema}"), "its tables cannot be listed"));
            }
            other => other?,
        }
    }
    Ok(())
}

async fn tables(connection: &mut DatabricksConnection, schema: &str, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let mut rows = statement(connection, &format!("SHOW TABLE EXTENDED IN {NAME}.{} LIKE '*'", quoted(schema))).await?;
    while let Some(chunk) = rows.rows().await? {
        for row in chunk {
            table(&row, schema, out).await?;
        }
    }
    Ok(())
}

/// One row: schema, name, whether it is temporary, and a page of text about it.
async fn table(row: &Row, schema: &str, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let text = |at: usize| row.get(at).and_then(Option::as_deref).unwrap_or_default();
    let (name, information) = (text(1), text(3));
    if name.is_empty() || text(2) == "true" {
        return Ok(());
    }
    let said = |what: &str| information.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(": ")).map(str::trim);
    let kind = match said("Type") {
        Some("VIEW") => TableKind::View,
        Some("EXTERNAL") => TableKind::ExternalTable,
        _ => TableKind::Table,
    };
    let head = Table { comment: said("Comment"), ..Table::new(Namespace::of(NAME, schema), name, kind) };
    let Some(mut table) = out.table(head) else { return Ok(()) };
    for (name, native_type, nullable) in information.lines().filter_map(column) {
        let data_type = normalize(native_type);
        table.column(Column { name, path: &[], native_type, data_type, nullable, default: None, generated: None, comment: None });
    }
    Ok(table.finish(out).await?)
}

/// ` |-- name: type (nullable = true)`. What lies deeper begins with ` |    |--`.
fn column(line: &str) -> Option<(&str, &str, bool)> {
    let (rest, nullable) = line.strip_prefix(" |-- ")?.strip_suffix(')')?.rsplit_once(" (nullable = ")?;
    // Names may hold colons, and types on this level hold none.
    let (name, native) = rest.rsplit_once(": ")?;
    Some((name, native, nullable != "false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_the_first_level() {
        for (line, wanted) in [
            (" |-- id: long (nullable = false)", Some(("id", "long", false))),
            (" |-- a: b: decimal(10,2) (nullable = true)", Some(("a: b", "decimal(10,2)", true))),
            (" |-- list: array (nullable = true)", Some(("list", "array", true))),
            (" |    |-- element: string (containsNull = true)", None),
            ("root", None),
            ("Comment: |-- x: y", None),
            (" |-- broken", None),
        ] {
            assert_eq!(column(line), wanted, "{line}");
        }
    }
}
