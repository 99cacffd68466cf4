//! Columns: all of a schema in one statement, or table by table where one of them fails it.

use catalog::{CatalogWriter, Column, Note, NoteCode, Partial, TablesByName};

use super::error::is_unknown;
use super::open::{TrinoConnection, quoted};
use super::statement::Statement;
use super::types::normalize;
use crate::error::{ConnectError, ConnectErrorKind};

/// Tables that are asked for one by one.
const TRIED: usize = 500;

/// As many failures without a success are a failure of the source.
const HOPELESS: usize = 20;

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

/// Reads the columns of all tables.
pub(super) async fn columns(
    connection: &mut TrinoConnection,
    schema: &str,
    known: &mut TablesByName,
    out: &mut CatalogWriter,
) -> Result<(), ConnectError> {
    let comment = if has_comments(connection).await? { "comment" } else { "cast(null as varchar)" };
    let condition = format!("table_schema = {schema}");
    match read(connection, comment, &condition, known, out).await {
        // A connector asks its source for every table, and one whose files or server are gone fails the statement.
        Err(error) if is_corner(&error) => {
            known.abandon(true);
            one_by_one(connection, comment, error, known, out).await
        }
        other => other,
    }
}

async fn one_by_one(
    connection: &mut TrinoConnection,
    comment: &str,
    first: ConnectError,
    known: &mut TablesByName,
    out: &mut CatalogWriter,
) -> Result<(), ConnectError> {
    let (mut failed, mut succeeded) = (Vec::new(), 0);
    for (n, (namespace, table)) in known.names().into_iter().enumerate() {
        let (schema, condition) =
            (namespace.schema.clone(), format!("table_schema = {} and table_name = {}", quoted(&namespace.schema), quoted(&table)));
        let number = if n < TRIED {
            match read(connection, comment, &condition, known, out).await {
                Ok(()) => {
                    known.end_table(out).await?;
                    succeeded += 1;
                    continue;
                }
                Err(error) if is_corner(&error) => error.server_code,
                Err(error) => return Err(error),
            }
        } else {
            None
        };
        known.abandon(false);
        known.leave_out(namespace.clone(), &table);
        failed.push((format!("{schema}.{table}"), number));
        if succeeded == 0 && failed.len() >= HOPELESS {
            break;
        }
    }
    if succeeded == 0 {
        return Err(first);
    }
    for (object, number) in failed {
        let number = number.map(|code| format!(" ({code})")).unwrap_or_default();
        out.left_out(Partial::Tables);
        out.note(Note::new(NoteCode::TableUnreadable, object, format!("the server could not list its columns{number}")));
    }
    Ok(())
}

/// Whether the server failed at what was asked, and not at being asked.
fn is_corner(error: &ConnectError) -> bool {
    error.server_code.is_some() && error.kind == ConnectErrorKind::Server
}

/// Columns as they come, table by table.
async fn read(
    connection: &mut TrinoConnection,
    comment: &str,
    condition: &str,
    known: &mut TablesByName,
    out: &mut CatalogWriter,
) -> Result<(), ConnectError> {
    let sql = format!(
        "select table_schema, table_name, column_name, data_type, is_nullable, column_default, {comment} from information_schema.columns
        where {condition} order by table_name, ordinal_position"
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
