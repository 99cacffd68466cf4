//! The read of a schema from `system.databases`, `system.tables` and `system.columns`: three statements, however many tables.

use catalog::{CatalogWriter, Column, Generated, Note, NoteCode, Partial, Table, TablesByName};
use egress::Deadline;
use serde::Deserialize;

use super::engines::{is_foreign, kind};
use super::error::is_gone;
use super::keys::plain_columns;
use super::open::ClickHouseConnection;
use super::query::{Rows, query};
use super::system_tables::{DatabaseRow, SYSTEM, literal};
use super::types::normalize;
use crate::error::{ConnectError, ConnectErrorKind};
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

/// A row of a count.
#[derive(Deserialize)]
struct CountRow {
    /// A number, or one in quotes.
    number: Scalar,
}

/// Databases of foreign servers that are tried one by one.
const TRIED: usize = 16;

/// How much of what is left of a read's time each of them may take.
const SHARE: u32 = 8;

/// How often a read goes on where tables are dropped in its middle: old servers open each table to list its columns, and give up.
const AGAIN: u32 = 5;

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut ClickHouseConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let known = TablesByName::new(out.hold());
    let mut reader = Reader { connection, known, out, foreign: Vec::new() };
    reader.connection.client.until(reader.out.until().into());
    reader.databases().await?;
    let mut read = reader.all(&own(&[])).await;
    for _ in 0..AGAIN {
        if !read.as_ref().is_err_and(is_gone) {
            break;
        }
        reader.known.again();
        read = reader.all(&own(&[])).await;
    }
    match read {
        // One foreign server that is dead fails the statements over all databases.
        Err(error) if error.server_code.is_some() && !reader.foreign.is_empty() => {
            reader.known.abandon(true);
            reader.apart().await?;
        }
        other => other?,
    }
    let Reader { known, out, .. } = reader;
    Ok(known.finish(out).await?)
}

/// The condition for all databases but the server's own, and some others.
fn own(without: &[String]) -> String {
    let without = match without {
        [] => String::new(),
        some => format!(" and database not in ({})", some.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ")),
    };
    format!("database not in {SYSTEM}{without}")
}

struct Reader<'a> {
    connection: &'a mut ClickHouseConnection,
    known: TablesByName,
    out: &'a mut CatalogWriter,
    /// Databases that stand for another server's.
    foreign: Vec<String>,
}

impl Reader<'_> {
    async fn query(&mut self, sql: &str) -> Result<Rows, ConnectError> {
        let ClickHouseConnection { client, headers, database, tables } = &mut *self.connection;
        query(client, headers, database.as_deref(), &tables.settled(sql)).await
    }

    async fn databases(&mut self) -> Result<(), ConnectError> {
        let engine = self.connection.tables.column("databases", "engine", "''");
        let mut rows = self.query(&format!("select name, {engine} from system.databases where name not in {SYSTEM}")).await?;
        while let Some(DatabaseRow { name, engine }) = rows.next().await? {
            self.known.schema(name.as_str(), self.out);
            if is_foreign(&engine) {
                self.foreign.push(name);
            }
        }
        Ok(())
    }

    /// Reads tables and columns of the databases that meet a condition.
    async fn all(&mut self, databases: &str) -> Result<(), ConnectError> {
        // What a materialized view keeps its rows in is its own business.
        let tables = format!("{databases} and name not like '.inner%.%' and name not like '.tmp.inner%'");
        let columns = format!("{databases} and table not like '.inner%.%' and table not like '.tmp.inner%'");
        let came = self.tables(&tables).await?;
        self.whole("system.tables", &tables, came, Partial::Tables).await?;
        let came = self.columns(&columns).await?;
        if self.whole("system.columns", &columns, came, Partial::Columns).await? {
            return Ok(self.known.end_table(self.out).await?);
        }
        // The last table may be half of one, and the others have columns that did not come.
        self.known.abandon(false);
        self.known.leave_out_rest();
        Ok(())
    }

    /// Reads the databases of foreign servers apart from the others, each for itself.
    async fn apart(&mut self) -> Result<(), ConnectError> {
        let mut foreign = std::mem::take(&mut self.foreign);
        foreign.sort();
        self.all(&own(&foreign)).await?;
        for (n, name) in foreign.into_iter().enumerate() {
            let whole = Deadline::from(self.out.until());
            let refused = if n < TRIED {
                self.connection.client.until(whole.step(whole.remaining() / SHARE));
                let read = self.all(&format!("database = {}", literal(&name))).await;
                self.connection.client.until(whole);
                match read {
                    Ok(()) => continue,
                    // It is the other server that fails, or keeps us waiting.
                    Err(error) if error.server_code.is_some() || error.kind == ConnectErrorKind::TimedOut => error.server_code,
                    Err(error) => return Err(error),
                }
            } else {
                None
            };
            self.known.abandon(false);
            self.known.leave_out_schema(name.as_str());
            self.out.left_out(Partial::Databases);
            let number = refused.map(|code| format!(" ({code})")).unwrap_or_default();
            let text = format!("the server that it stands for did not list its tables{number}");
            self.out.note(Note::new(NoteCode::DatabaseUnreadable, name, text));
        }
        Ok(())
    }

    /// Whether all rows came, where the user's profile may have cut them off.
    async fn whole(&mut self, table: &'static str, condition: &str, came: u64, partial: Partial) -> Result<bool, ConnectError> {
        if !self.connection.tables.may_be_cut() {
            return Ok(true);
        }
        let mut rows = self.query(&format!("select count() as number from {table} where {condition}")).await?;
        let mut there = 0;
        while let Some(CountRow { number }) = rows.next().await? {
            there = number.number().and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
        }
        if came < there {
            self.out.left_out(partial);
            let text =
                "the user's profile cuts answers off: set result_overflow_mode to throw, or let the user change settings (readonly = 2)";
            self.out.note(Note::new(NoteCode::CutOff, table, text));
        }
        Ok(came >= there)
    }

    /// The number of rows that came.
    async fn tables(&mut self, condition: &str) -> Result<u64, ConnectError> {
        let tables = &self.connection.tables;
        let (comment, key) = (tables.column("tables", "comment", "''"), tables.column("tables", "primary_key", "''"));
        let total = tables.column("tables", "total_rows", "null");
        let sql = format!("select database, name, engine, {comment}, {key}, {total} from system.tables where {condition}");
        let (mut rows, mut came) = (self.query(&sql).await?, 0);
        while let Some(row) = rows.next::<TableRow>().await? {
            came += 1;
            self.known.table(Table {
                comment: Some(&row.comment),
                row_estimate: row.total_rows.number(),
                ..Table::new(row.database.as_str(), &row.name, kind(&row.engine))
            });
            for column in plain_columns(&row.primary_key) {
                self.known.primary(row.database.as_str(), &row.name, &column);
            }
        }
        Ok(came)
    }

    /// Columns as they come, table by table; the number of rows that came.
    async fn columns(&mut self, condition: &str) -> Result<u64, ConnectError> {
        let tables = &self.connection.tables;
        let comment = tables.column("columns", "comment", "''");
        // Before there were positions, rows came as the columns stand; sorting would only disturb them.
        let order = if tables.has("columns", "position") { "order by database, table, position" } else { "" };
        let sql = format!(
            "select database, table, name, type, default_kind, default_expression, {comment} from system.columns where {condition} {order}"
        );
        let (mut rows, mut came) = (self.query(&sql).await?, 0);
        while let Some(row) = rows.next::<ColumnRow>().await? {
            came += 1;
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
            self.known.column(self.out, row.database.as_str(), &row.table, column).await?;
        }
        Ok(came)
    }
}
