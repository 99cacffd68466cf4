//! What the system tables of a version have: asked, never guessed from the version's number.

use std::collections::HashSet;

use egress::HttpClient;
use http::HeaderMap;
use serde::Deserialize;

use super::query::query;
use super::settings::{candidates, is_refusal};
use crate::error::{ConnectError, ConnectErrorKind};

/// Databases of the server itself, and the nameless one of temporary tables.
pub(super) const SYSTEM: &str = "('system', 'information_schema', 'INFORMATION_SCHEMA', '_temporary_and_external_tables', '')";

/// What the system tables of this version have.
pub(super) struct SystemTables {
    columns: HashSet<(String, String)>,
    /// What is sent with every statement; none if the user may set nothing.
    settings: Option<String>,
}

#[derive(Deserialize)]
struct SystemColumn {
    table: String,
    name: String,
}

impl SystemTables {
    /// Asks, and proves that the user may see the database (or any): what may not be seen is left out without a word.
    pub(super) async fn ask(
        client: &mut HttpClient,
        headers: &HeaderMap,
        database: Option<&str>,
        major: u32,
    ) -> Result<Self, ConnectError> {
        let seen = match database {
            Some(name) => format!("name = {}", literal(name)),
            None => format!("name not in {SYSTEM}"),
        };
        let mut this = Self { columns: HashSet::new(), settings: None };
        let sql = format!("select name from system.databases where {seen} limit 1");
        let mut candidates = candidates(major).into_iter();
        let mut rows = loop {
            this.settings = candidates.next().flatten();
            match query(client, headers, database, &this.settled(&sql)).await {
                Err(error) if this.settings.is_some() && is_refusal(&error) => {}
                other => break other?,
            }
        };
        let mut visible = false;
        while rows.next::<DatabaseRow>().await?.is_some() {
            visible = true;
        }
        if !visible {
            return Err(ConnectErrorKind::NoPrivilege.into());
        }
        let sql = this
            .settled("select table, name from system.columns where database = 'system' and table in ('tables', 'columns', 'databases')");
        let mut rows = query(client, headers, database, &sql).await?;
        while let Some(SystemColumn { table, name }) = rows.next().await? {
            // There are some dozens.
            if this.columns.len() < 1_000 {
                this.columns.insert((table, name));
            }
        }
        if this.has("tables", "engine") && this.has("columns", "type") { Ok(this) } else { Err(ConnectErrorKind::NoPrivilege.into()) }
    }

    /// A statement under the settings that hold for all.
    pub(super) fn settled(&self, sql: &str) -> String {
        self.settings.as_ref().map_or_else(|| sql.to_owned(), |settings| format!("{sql} settings {settings}"))
    }

    /// Whether the user's own profile may cut answers off.
    pub(super) fn may_be_cut(&self) -> bool {
        self.settings.is_none()
    }

    /// Whether a table has a column.
    pub(super) fn has(&self, table: &str, name: &str) -> bool {
        self.columns.contains(&(table.to_owned(), name.to_owned()))
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
    #[serde(default)]
    pub(super) engine: String,
}

/// A text in a statement.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
