//! The read of a schema from `system.databases`, `system.tables` and `system.columns`: three statements, however many tables.

use catalog::{CatalogWriter, Column, Generated, Table, TablesByName};
use serde::Deserialize;

use super::engines::kind;
use super::open::ClickHouseConnection;
use super::query::query;
use super::system_tables::{DatabaseRow, SYSTEM};
use super::types::{normalize, split};
use crate::error::ConnectError;
use crate::rest::Scalar;

#[derive(Deserialize)]
struct TableRow {
    database: String,
    name: String,
    engine: String,
    comment: String,
    primary_key: String,
    /// A number, a number in quotes, or null: as the version and its settings have it.
    total_rows: Scalar,
}

#[derive(Deserialize)]
struct ColumnRow {
    database: String,
    table: String,
    name: String,
    r#type: String,
    default_kind: String,
    default_expression: String,
    comment: String,
}

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut ClickHouseConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let ClickHouseConnection { client, headers, database, tables } = connection;
    client.until(out.until().into());
    let database = database.as_deref();
    let mut known = TablesByName::new(out.hold());

    let sql = format!("select name from system.databases where name not in {SYSTEM}");
    let mut rows = query(client, headers, database, &sql).await?;
    while let Some(DatabaseRow { name }) = rows.next().await? {
        known.schema(name.as_str(), out);
    }

    let (comment, key) = (tables.column("tables", "comment", "''"), tables.column("tables", "primary_key", "''"));
    let total = tables.column("tables", "total_rows", "null");
    // What a materialized view keeps its rows in is its own business.
    let sql = format!(
        "select database, name, engine, {comment}, {key}, {total} from system.tables
        where database not in {SYSTEM} and name not like '.inner%.%' and name not like '.tmp.inner%'"
    );
    let mut rows = query(client, headers, database, &sql).await?;
    while let Some(row) = rows.next::<TableRow>().await? {
        known.table(Table {
            comment: Some(&row.comment),
            row_estimate: row.total_rows.number(),
            ..Table::new(row.database.as_str(), &row.name, kind(&row.engine))
        });
        for column in plain_columns(&row.primary_key) {
            known.primary(row.database.as_str(), &row.name, &column);
        }
    }

    let comment = tables.column("columns", "comment", "''");
    // Before there were positions, rows came as the columns stand; sorting would only disturb them.
    let order = if tables.has("columns", "position") { "order by database, table, position" } else { "" };
    let sql = format!(
        "select database, table, name, type, default_kind, default_expression, {comment} from system.columns
        where database not in {SYSTEM} and table not like '.inner%.%' and table not like '.tmp.inner%' {order}"
    );
    let mut rows = query(client, headers, database, &sql).await?;
    while let Some(row) = rows.next::<ColumnRow>().await? {
        let (data_type, nullable) = normalize(&row.r#type);
        let generated = match row.default_kind.as_str() {
            // It can be written and not read.
            "EPHEMERAL" => continue,
            "MATERIALIZED" => Some(Generated::Stored),
            "ALIAS" => Some(Generated::Virtual),
            _ => None,
        };
        let column = Column {
            name: &row.name,
            path: &[],
            native_type: &row.r#type,
            data_type,
            nullable,
            default: Some(row.default_expression.as_str()).filter(|text| !text.is_empty()),
            generated,
            comment: Some(row.comment.as_str()).filter(|text| !text.is_empty()),
        };
        known.column(out, row.database.as_str(), &row.table, column).await?;
    }
    Ok(known.finish(out).await?)
}

/// The columns of a key that is made of columns alone; a key with an expression in it has no such list.
fn plain_columns(key: &str) -> Vec<String> {
    let name = |part: &str| -> Option<String> {
        match part.strip_prefix('`') {
            Some(quoted) => {
                let mut name = String::new();
                let mut letters = quoted.strip_suffix('`')?.chars();
                while let Some(letter) = letters.next() {
                    name.push(match letter {
                        '\\' => match letters.next()? {
                            'n' => '\n',
                            't' => '\t',
                            'r' => '\r',
                            'b' => '\u{8}',
                            'f' => '\u{c}',
                            '0' => '\0',
                            other => other,
                        },
                        letter => letter,
                    });
                }
                Some(name)
            }
            None => (!part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')).then(|| part.to_owned()),
        }
    };
    split(key).unwrap_or_default().into_iter().map(name).collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_columns_alone() {
        assert_eq!(plain_columns("id, `a b`, `q\\`t`"), ["id", "a b", "q`t"]);
        assert_eq!(plain_columns("toDate(at), id"), [""; 0]);
        assert_eq!(plain_columns(""), [""; 0]);
    }
}
