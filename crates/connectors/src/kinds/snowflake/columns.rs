//! Columns: by `information_schema`, in as many parts as the server has time for, or by SHOW.

use catalog::{CatalogWriter, Column, Generated, Note, NoteCode, Partial, TablesByName};

use super::error::{is_corner, is_too_much};
use super::objects::SHOWN;
use super::open::SnowflakeConnection;
use super::query::{Statement, name, text};
use super::types::Type;
use crate::error::ConnectError;

/// Tables that are shown one by one.
const TRIED: usize = 5_000;

/// What columns are read with.
pub(super) struct Columns<'a> {
    pub(super) connection: &'a mut SnowflakeConnection,
    pub(super) known: &'a mut TablesByName,
    pub(super) out: &'a mut CatalogWriter,
}

/// By one statement; where that is too much for the server, by halves of the tables' names.
pub(super) async fn by_information_schema(columns: &mut Columns<'_>) -> Result<(), ConnectError> {
    let names: Vec<String> = columns.known.names().into_iter().map(|(_, table)| table).collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut left = vec![(0, names.len() - 1)];
    while let Some((from, to)) = left.pop() {
        let whole = from == 0 && to == names.len() - 1;
        let range = if whole { String::new() } else { format!(" and table_name between {} and {}", text(&names[from]), text(&names[to])) };
        match listed(columns, &range).await {
            // The last table of a range is whole: what becomes of the next range shall not touch it.
            Ok(()) => columns.known.end_table(columns.out).await?,
            Err(error) if is_too_much(&error) && from < to => {
                columns.known.abandon(true);
                let middle = usize::midpoint(from, to);
                left.extend([(middle + 1, to), (from, middle)]);
            }
            Err(error) if is_too_much(&error) => columns.leave_out(&names[from], &error),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn listed(columns: &mut Columns<'_>, range: &str) -> Result<(), ConnectError> {
    let Columns { connection, known, out } = columns;
    let schema = connection.schema.clone();
    let sql = format!(
        "select table_name, column_name, data_type, is_nullable, column_default, comment, is_identity, \
        coalesce(character_maximum_length, character_octet_length), numeric_precision, numeric_scale \
        from {}.information_schema.columns where table_schema = {}{range} order by table_name, ordinal_position",
        name(&connection.database),
        text(&schema)
    );
    let mut rows = Statement::run(&mut connection.session, &sql).await?;
    while let Some(row) = rows.next().await? {
        let number = |at: usize| row.get(at).and_then(|text| text.parse().ok());
        let kind = Type { name: row.text(2).to_owned(), length: number(7), precision: number(8), scale: number(9) };
        let identity = row.text(6).eq_ignore_ascii_case("yes");
        let native_type = kind.native();
        let column = Column {
            name: row.text(1),
            path: &[],
            native_type: &native_type,
            data_type: kind.normal(),
            nullable: !row.text(3).eq_ignore_ascii_case("no"),
            default: row.get(4).filter(|text| !identity && !text.is_empty()),
            generated: identity.then_some(Generated::Identity),
            comment: row.get(5).filter(|text| !text.is_empty()),
        };
        known.column(out, schema.as_str(), row.text(0), column).await?;
    }
    Ok(())
}

/// By SHOW, which prints so many rows and no more, and cannot be told to go on. A larger schema takes the warehouse, if that
/// starts by itself, or else a statement for each table.
pub(super) async fn by_show(columns: &mut Columns<'_>, resumes: bool) -> Result<(), ConnectError> {
    let place = format!("schema {}", columns.connection.place());
    if shown(columns, &place, SHOWN).await? {
        return Ok(());
    }
    if resumes {
        match by_information_schema(columns).await {
            Err(error) if is_corner(&error) => columns.known.abandon(true),
            other => return other,
        }
    }
    let schema = columns.connection.schema.clone();
    for (n, (_, table)) in columns.known.names().into_iter().enumerate() {
        let place = format!("table {}.{}", columns.connection.place(), name(&table));
        if n >= TRIED {
            columns.known.leave_out(schema.as_str(), &table);
            continue;
        }
        match shown(columns, &place, usize::MAX).await {
            Ok(_) => columns.known.end_table(columns.out).await?,
            Err(error) if is_corner(&error) => columns.leave_out(&table, &error),
            Err(error) => return Err(error),
        }
    }
    if columns.known.names().len() > TRIED {
        columns.out.left_out(Partial::Tables);
        let text = format!("of a schema this large {TRIED} tables are read while its warehouse is suspended: start it and sync again");
        columns.out.note(Note::new(NoteCode::CutOff, schema, text));
    }
    Ok(())
}

/// Reads what SHOW prints of a place, unless that is cut off.
async fn shown(columns: &mut Columns<'_>, place: &str, limit: usize) -> Result<bool, ConnectError> {
    let Columns { connection, known, out } = columns;
    let schema = connection.schema.clone();
    let mut rows = Statement::run(&mut connection.session, &format!("show columns in {place}")).await?;
    if rows.total >= limit {
        return Ok(false);
    }
    let [table, column, kind, nullable, default, comment, counted] =
        rows.positions(["table_name", "column_name", "data_type", "null?", "default", "comment", "autoincrement"]);
    while let Some(row) = rows.next().await? {
        let kind = Type::shown(row.text(kind));
        let native_type = kind.native();
        let identity = !row.text(counted).is_empty();
        let column = Column {
            name: row.text(column),
            path: &[],
            native_type: &native_type,
            data_type: kind.normal(),
            nullable: !matches!(row.text(nullable).to_ascii_uppercase().as_str(), "FALSE" | "NOT_NULL"),
            default: row.get(default).filter(|text| !identity && !text.is_empty()),
            generated: identity.then_some(Generated::Identity),
            comment: row.get(comment).filter(|text| !text.is_empty()),
        };
        known.column(out, schema.as_str(), row.text(table), column).await?;
    }
    Ok(true)
}

impl Columns<'_> {
    fn leave_out(&mut self, table: &str, error: &ConnectError) {
        let schema = self.connection.schema.clone();
        self.known.abandon(false);
        self.known.leave_out(schema.as_str(), table);
        self.out.left_out(Partial::Tables);
        let number = error.server_code.as_deref().unwrap_or_default();
        let text = format!("the server could not list its columns ({number})");
        self.out.note(Note::new(NoteCode::TableUnreadable, format!("{schema}.{table}"), text));
    }
}
