//! The read of a schema from `system.databases`, `system.tables` and `system.columns`: three statements, however many tables.

use std::collections::HashSet;

use egress::HttpClient;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::connect::ClickHouseConnection;
use super::engines::kind;
use super::query::query;
use super::types::{normalize, split};
use crate::catalog::{CatalogBuilder, Column, Known, Table};
use crate::error::{ConnectError, ConnectErrorKind};

/// Databases of the server itself, and the nameless one of temporary tables.
const SYSTEM: &str = "('system', 'information_schema', 'INFORMATION_SCHEMA', '_temporary_and_external_tables', '')";

/// What the system tables of this version have.
#[derive(Default)]
pub(super) struct Catalog(HashSet<(String, String)>);

#[derive(Deserialize)]
struct SystemColumn {
    table: String,
    name: String,
}

impl Catalog {
    /// Asks; every user may.
    pub(super) async fn ask(client: &mut HttpClient, headers: &HeaderMap, database: &str) -> Result<Self, ConnectError> {
        let sql = "select table, name from system.columns where database = 'system' and table in ('tables', 'columns')";
        let mut rows = query(client, headers, Some(database), sql).await?;
        let mut found = HashSet::new();
        while let Some(SystemColumn { table, name }) = rows.next().await? {
            // There are some dozens.
            if found.len() < 1_000 {
                found.insert((table, name));
            }
        }
        let needed = [("tables", "engine"), ("columns", "type")];
        if needed.iter().all(|(table, name)| found.contains(&((*table).to_owned(), (*name).to_owned()))) {
            Ok(Self(found))
        } else {
            Err(ConnectErrorKind::NoPrivilege.into())
        }
    }

    /// The column, or an expression in its place where this version does not have it.
    fn column(&self, table: &str, name: &str, otherwise: &str) -> String {
        let there = self.0.contains(&(table.to_owned(), name.to_owned()));
        if there { name.to_owned() } else { format!("{otherwise} as {name}") }
    }
}

#[derive(Deserialize)]
struct DatabaseRow {
    name: String,
}

#[derive(Deserialize)]
struct TableRow {
    database: String,
    name: String,
    engine: String,
    comment: String,
    primary_key: String,
    /// A number, a number in quotes, or null: as the version and its settings have it.
    total_rows: Value,
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
pub(crate) async fn introspect(connection: &mut ClickHouseConnection, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
    let ClickHouseConnection { client, headers, database, catalog, .. } = connection;
    client.until(out.deadline());
    let database = Some(database.as_str());
    let mut known = Known::new();

    let sql = format!("select name from system.databases where name not in {SYSTEM}");
    let mut rows = query(client, headers, database, &sql).await?;
    while let Some(DatabaseRow { name }) = rows.next().await? {
        known.schema(&name, out);
    }

    let (comment, key) = (catalog.column("tables", "comment", "''"), catalog.column("tables", "primary_key", "''"));
    let total = catalog.column("tables", "total_rows", "null");
    // What a materialized view keeps its rows in is its own business.
    let sql = format!(
        "select database, name, engine, {comment}, {key}, {total} from system.tables
        where database not in {SYSTEM} and name not like '.inner.%' and name not like '.inner\\_id.%'"
    );
    let mut rows = query(client, headers, database, &sql).await?;
    while let Some(row) = rows.next::<TableRow>().await? {
        let row_estimate = row.total_rows.as_i64().or_else(|| row.total_rows.as_str()?.parse().ok());
        known.table(Table { schema: &row.database, name: &row.name, kind: kind(&row.engine), comment: Some(&row.comment), row_estimate });
        for column in plain_columns(&row.primary_key) {
            known.primary(&row.database, &row.name, &column);
        }
    }

    let comment = catalog.column("columns", "comment", "''");
    let ordered = catalog.0.contains(&("columns".to_owned(), "position".to_owned()));
    // Before there were positions, rows came as the columns stand; sorting would only disturb them.
    let order = if ordered { "order by database, table, position" } else { "" };
    let sql = format!(
        "select database, table, name, type, default_kind, default_expression, {comment} from system.columns
        where database not in {SYSTEM} and table not like '.inner.%' and table not like '.inner\\_id.%' {order}"
    );
    let mut rows = query(client, headers, database, &sql).await?;
    while let Some(row) = rows.next::<ColumnRow>().await? {
        let (data_type, nullable) = normalize(&row.r#type);
        let generated = match row.default_kind.as_str() {
            // It can be written and not read.
            "EPHEMERAL" => continue,
            "MATERIALIZED" => Some("stored"),
            "ALIAS" => Some("virtual"),
            _ => None,
        };
        let column = Column {
            name: &row.name,
            native_type: &row.r#type,
            data_type,
            nullable,
            default: Some(row.default_expression.as_str()).filter(|text| !text.is_empty()),
            generated,
            comment: Some(row.comment.as_str()).filter(|text| !text.is_empty()),
        };
        known.column(out, &row.database, &row.table, column).await?;
    }
    known.finish(out).await
}

/// The columns of a key that is made of columns alone; a key with an expression in it has no such list.
fn plain_columns(key: &str) -> Vec<String> {
    let name = |part: &str| -> Option<String> {
        match part.strip_prefix('`') {
            Some(quoted) => {
                let mut name = String::new();
                let mut letters = quoted.strip_suffix('`')?.chars();
                while let Some(letter) = letters.next() {
                    name.push(if letter == '\\' { letters.next()? } else { letter });
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
