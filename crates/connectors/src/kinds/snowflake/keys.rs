//! Primary and foreign keys. SHOW is the only statement that has their columns.

use catalog::{CatalogWriter, Hold, Note, NoteCode, Partial, TablesByName};

use super::error::is_corner;
use super::objects::SHOWN;
use super::open::SnowflakeConnection;
use super::query::Statement;
use crate::error::ConnectError;

/// Columns of keys in their order: place of the table, constraint, position, and the rest.
type Parts = Vec<(String, String, i64, [String; 4])>;

/// Reads the keys; a schema without them is poorer, not wrong.
pub(super) async fn read(
    connection: &mut SnowflakeConnection,
    known: &mut TablesByName,
    out: &mut CatalogWriter,
) -> Result<(), ConnectError> {
    let (schema, held) = (connection.schema.clone(), out.hold());
    let primary = ["table_name", "constraint_name", "key_sequence", "column_name", "schema_name", "schema_name", "schema_name"];
    if let Some(parts) = show(connection, "primary keys", primary, &held, out).await? {
        for (table, _, _, [column, ..]) in parts {
            known.primary(schema.as_str(), &table, &column);
        }
    }
    let imported = ["fk_table_name", "fk_name", "key_sequence", "fk_column_name", "pk_schema_name", "pk_table_name", "pk_column_name"];
    if let Some(parts) = show(connection, "imported keys", imported, &held, out).await? {
        for (table, constraint, _, [column, to_schema, to_table, to_column]) in parts {
            known.foreign(schema.as_str(), &table, &constraint, &column, (to_schema.as_str(), &to_table, &to_column));
        }
    }
    if !held.fitted() {
        out.left_out(Partial::Keys);
    }
    Ok(())
}

async fn show(
    connection: &mut SnowflakeConnection,
    what: &str,
    columns: [&str; 7],
    held: &Hold,
    out: &mut CatalogWriter,
) -> Result<Option<Parts>, ConnectError> {
    let (sql, schema) = (format!("show {what} in schema {}", connection.place()), connection.schema.clone());
    let mut rows = match Statement::run(&mut connection.session, &sql).await {
        Ok(rows) => rows,
        Err(error) if is_corner(&error) => {
            out.left_out(Partial::Keys);
            let number = error.server_code.unwrap_or_default();
            out.note(Note::new(NoteCode::KeysUnreadable, schema, format!("the server could not show its {what} ({number})")));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let at = rows.positions(columns);
    let mut parts = Parts::new();
    let mut count = 0;
    while let Some(row) = rows.next().await? {
        count += 1;
        let text = |n: usize| row.text(at[n]).to_owned();
        let part = (text(0), text(1), row.text(at[2]).parse().unwrap_or_default(), [text(3), text(4), text(5), text(6)]);
        if held.takes(part.0.len() + part.1.len() + part.3.iter().map(String::len).sum::<usize>() + 128) {
            parts.push(part);
        }
    }
    if count >= SHOWN {
        out.left_out(Partial::Keys);
        out.note(Note::new(NoteCode::CutOff, schema, format!("the server shows the first {SHOWN} columns of {what} only")));
    }
    parts.sort();
    Ok(Some(parts))
}
