//! Tables and views.

use catalog::{Table, TableKind, TablesByName};

use super::error::is_corner;
use super::open::SnowflakeConnection;
use super::query::{Statement, name, text};
use crate::error::ConnectError;

/// Rows that SHOW prints at most.
pub(super) const SHOWN: usize = 10_000;

/// Pages of SHOW: more tables than any catalog of ours has.
const PAGES: usize = 100;

/// By one statement. It needs the warehouse.
pub(super) async fn by_information_schema(connection: &mut SnowflakeConnection, known: &mut TablesByName) -> Result<(), ConnectError> {
    let schema = connection.schema.clone();
    let sql = format!(
        "select table_name, table_type, row_count, comment from {}.information_schema.tables where table_schema = {}",
        name(&connection.database),
        text(&schema)
    );
    let mut rows = Statement::run(&mut connection.session, &sql).await?;
    while let Some(row) = rows.next().await? {
        let table = Table::new(schema.as_str(), row.text(0), kind(row.text(1)));
        known.table(Table { comment: row.get(3), row_estimate: row.get(2).and_then(|rows| rows.parse().ok()), ..table });
    }
    Ok(())
}

/// By SHOW, page by page.
pub(super) async fn by_show(connection: &mut SnowflakeConnection, known: &mut TablesByName) -> Result<(), ConnectError> {
    show(connection, "objects", None, known).await?;
    // Older accounts call some of them tables and views there, and leave others out.
    for (what, kind) in [
        ("materialized views", TableKind::MaterializedView),
        ("external tables", TableKind::ExternalTable),
        ("event tables", TableKind::Table),
    ] {
        match show(connection, what, Some(kind), known).await {
            Ok(()) => {}
            // Not every edition and cloud has all of them.
            Err(error) if is_corner(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn show(
    connection: &mut SnowflakeConnection,
    what: &str,
    of_kind: Option<TableKind>,
    known: &mut TablesByName,
) -> Result<(), ConnectError> {
    let (schema, place) = (connection.schema.clone(), connection.place());
    let mut last: Option<String> = None;
    for _ in 0..PAGES {
        let from = last.as_deref().map(|last| format!(" from {}", text(last))).unwrap_or_default();
        let sql = format!("show {what} in schema {place} limit {SHOWN}{from}");
        let mut rows = Statement::run(&mut connection.session, &sql).await?;
        let [table, word, comment, estimate] = rows.positions(["name", "kind", "comment", "rows"]);
        let (mut count, mut newest) = (0, None);
        while let Some(row) = rows.next().await? {
            let found = Table::new(schema.as_str(), row.text(table), of_kind.unwrap_or_else(|| kind(row.text(word))));
            let row_estimate = row.get(estimate).and_then(|rows| rows.parse().ok());
            known.table(Table { comment: row.get(comment), row_estimate, ..found });
            newest = Some(row.text(table).to_owned());
            count += 1;
        }
        if count < SHOWN || newest == last {
            break;
        }
        last = newest;
    }
    Ok(())
}

/// Either statement's word.
fn kind(word: &str) -> TableKind {
    match word.to_ascii_uppercase().replace('_', " ").as_str() {
        "VIEW" => TableKind::View,
        "MATERIALIZED VIEW" => TableKind::MaterializedView,
        "EXTERNAL TABLE" => TableKind::ExternalTable,
        // Transient, temporary, dynamic, hybrid, Iceberg and event tables hold rows like others.
        _ => TableKind::Table,
    }
}
