//! What the system tables of a version have: asked, never guessed from the version's number.

use std::collections::HashSet;

use egress::HttpClient;
use http::HeaderMap;
use serde::Deserialize;

use super::query::query;
use crate::error::{ConnectError, ConnectErrorKind};

/// Databases of the server itself, and the nameless one of temporary tables.
pub(super) const SYSTEM: &str = "('system', 'information_schema', 'INFORMATION_SCHEMA', '_temporary_and_external_tables', '')";

/// What the system tables of this version have.
pub(super) struct SystemTables(HashSet<(String, String)>);

#[derive(Deserialize)]
struct SystemColumn {
    table: String,
    name: String,
}

impl SystemTables {
    /// Asks, and proves that the user may see the database (or any): what may not be seen is left out without a word.
    pub(super) async fn ask(client: &mut HttpClient, headers: &HeaderMap, database: Option<&str>) -> Result<Self, ConnectError> {
        let seen = match database {
            Some(name) => format!("name = '{}'", name.replace('\\', "\\\\").replace('\'', "\\'")),
            None => format!("name not in {SYSTEM}"),
        };
        let mut rows = query(client, headers, database, &format!("select name from system.databases where {seen} limit 1")).await?;
        let mut visible = false;
        while rows.next::<DatabaseRow>().await?.is_some() {
            visible = true;
        }
        if !visible {
            return Err(ConnectErrorKind::NoPrivilege.into());
        }
        let sql = "select table, name from system.columns where database = 'system' and table in ('tables', 'columns')";
        let mut rows = query(client, headers, database, sql).await?;
        let mut found = HashSet::new();
        while let Some(SystemColumn { table, name }) = rows.next().await? {
            // There are some dozens.
            if found.len() < 1_000 {
                found.insert((table, name));
            }
        }
        let tables = Self(found);
        if tables.has("tables", "engine") && tables.has("columns", "type") { Ok(tables) } else { Err(ConnectErrorKind::NoPrivilege.into()) }
    }

    /// Whether a table has a column.
    pub(super) fn has(&self, table: &str, name: &str) -> bool {
        self.0.contains(&(table.to_owned(), name.to_owned()))
    }

    /// The column, or an expression in its place where this version does not have it.
    pub(super) fn column(&self, table: &str, name: &str, otherwise: &str) -> String {
        if self.has(table, name) { name.to_owned() } else { format!("{otherwise} as {name}") }
    }
}

/// A row of `system.databases`.
#[derive(Deserialize)]
pub(super) struct DatabaseRow {
    pub(super) name: String,
}
