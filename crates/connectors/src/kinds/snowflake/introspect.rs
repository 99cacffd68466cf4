//! The read of one schema: by `information_schema` where a warehouse runs, else by SHOW, which needs none. Both come to the same
//! tables and types, so that a definition does not depend on what runs.

use catalog::{CatalogWriter, TablesByName};

use super::columns::{self, Columns};
use super::error::is_corner;
use super::open::SnowflakeConnection;
use super::query::{Statement, text};
use super::{keys, objects};
use crate::error::ConnectError;

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut SnowflakeConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    connection.session.until(out.until().into());
    let mut known = TablesByName::new(out.hold());
    known.schema(connection.schema.as_str(), out);
    let warehouse = state(connection).await?;
    let mut runs = warehouse.runs;
    if runs {
        match objects::by_information_schema(connection, &mut known).await {
            Ok(()) => {}
            // Too many of them, or the warehouse has gone meanwhile.
            Err(error) if is_corner(&error) => {
                runs = super::error::is_too_much(&error);
                objects::by_show(connection, &mut known).await?;
            }
            Err(error) => return Err(error),
        }
    } else {
        objects::by_show(connection, &mut known).await?;
    }
    keys::read(connection, &mut known, out).await?;
    let mut columns = Columns { connection, known: &mut known, out };
    if runs {
        match columns::by_information_schema(&mut columns).await {
            Ok(()) => {}
            Err(error) if is_corner(&error) => {
                columns.known.abandon(true);
                columns::by_show(&mut columns, false).await?;
            }
            Err(error) => return Err(error),
        }
    } else {
        columns::by_show(&mut columns, warehouse.resumes).await?;
    }
    Ok(known.finish(out).await?)
}

/// What the warehouse is doing.
struct Warehouse {
    runs: bool,
    /// Whether the next statement that needs it starts it.
    resumes: bool,
}

async fn state(connection: &mut SnowflakeConnection) -> Result<Warehouse, ConnectError> {
    let sql = format!("show warehouses like {}", text(&connection.warehouse));
    let mut found = Warehouse { runs: false, resumes: false };
    let mut rows = match Statement::run(&mut connection.session, &sql).await {
        Ok(rows) => rows,
        Err(error) if is_corner(&error) => return Ok(found),
        Err(error) => return Err(error),
    };
    let [name, state, resumes] = rows.positions(["name", "state", "auto_resume"]);
    while let Some(row) = rows.next().await? {
        // The pattern has wildcards.
        if row.text(name) == connection.warehouse {
            found = Warehouse {
                runs: matches!(row.text(state).to_ascii_uppercase().as_str(), "STARTED" | "RESIZING"),
                resumes: row.text(resumes).eq_ignore_ascii_case("true"),
            };
        }
    }
    Ok(found)
}
