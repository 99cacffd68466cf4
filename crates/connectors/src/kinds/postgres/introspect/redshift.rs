//! The catalog of Amazon Redshift: the `SVV_*` views, external schemas (Spectrum, data shares) included.
//!
//! Redshift forked from PostgreSQL 8.0: no `unnest`, no `with ordinality`, and `pg_class` knows nothing of external tables.

use std::collections::{HashMap, HashSet};
use std::pin::pin;

use catalog::{CatalogWriter, Column, ForeignKey, Hold, Note, NoteCode, Partial, Table, TableKind, TableWriter};
use futures_util::TryStreamExt;
use tokio_postgres::{Client, Row};

use crate::error::{ConnectError, ConnectErrorKind};
use crate::kinds::postgres::error::map;
use crate::kinds::postgres::rows::{get, rows, stream};
use crate::kinds::postgres::types::normalize;

const SCHEMAS: &str = "select nspname::text from pg_namespace where substring(nspname, 1, 3) <> 'pg_' and nspname <> 'information_schema'
    and has_schema_privilege(nspname, 'USAGE')";

const TABLES: &str = "select table_schema::text, table_name::text, table_type::text, remarks::text from svv_tables
    where substring(table_schema, 1, 3) <> 'pg_' and table_schema not in ('information_schema', 'catalog_history')";

const COLUMNS: &str = "select table_schema::text, table_name::text, column_name::text, data_type::text, character_maximum_length::int,
    numeric_precision::int, numeric_scale::int, is_nullable::text, column_default::text, remarks::text from svv_columns
    where substring(table_schema, 1, 3) <> 'pg_' and table_schema not in ('information_schema', 'catalog_history')
    and table_schema not in (select schemaname from svv_external_schemas) order by table_schema, table_name, ordinal_position";

const EXTERNAL_TABLES: &str = "select schemaname::text, tablename::text from svv_external_tables";

const EXTERNAL_COLUMNS: &str = "select schemaname::text, tablename::text, columnname::text, external_type::text, is_nullable::text
    from svv_external_columns order by schemaname, tablename, columnnum";

const CONSTRAINTS: &str = "select n.nspname::text, c.relname::text, k.contype::text, array_to_string(k.conkey, ','),
    fn.nspname::text, fc.relname::text, array_to_string(k.confkey, ','), k.conrelid, k.confrelid
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_class fc on fc.oid = k.confrelid left join pg_namespace fn on fn.oid = fc.relnamespace where k.contype in ('p', 'f')";

const KEYED: &str = "select a.attrelid, a.attnum, a.attname::text from pg_attribute a where a.attnum > 0
    and (a.attrelid in (select conrelid from pg_constraint) or a.attrelid in (select confrelid from pg_constraint))";

/// Reads everything that the user may see.
pub(super) async fn read(client: &Client, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let held = out.hold();
    // A leader node runs one statement of a connection at a time: nothing is gained by sending them together.
    for row in &rows(client, &held, SCHEMAS).await? {
        out.schema(get::<&str>(row, 0)?);
    }
    let tables = rows(client, &held, TABLES).await?;
    let mut heads = HashMap::new();
    for row in &tables {
        heads.insert((get::<&str>(row, 0)?, get::<&str>(row, 1)?), (kind(get(row, 2)?), get::<Option<&str>>(row, 3)?));
    }
    let (constraints, keyed) = (rows(client, &held, CONSTRAINTS).await?, rows(client, &held, KEYED).await?);
    if !held.fitted() {
        out.left_out(Partial::CatalogBytes);
    }
    let keys = Keys::new(&constraints, &keyed)?;

    let mut seen = HashSet::new();
    let mut columns = pin!(stream(client, COLUMNS).await?);
    let (mut current, mut table) = ((String::new(), String::new()), None::<TableWriter>);
    while let Some(row) = columns.try_next().await.map_err(|e| map(&e))? {
        let (schema, name): (&str, &str) = (get(&row, 0)?, get(&row, 1)?);
        if (schema, name) != (&current.0, &current.1) {
            let (kind, comment) = heads.get(&(schema, name)).copied().unwrap_or((TableKind::Table, None));
            finish(table.take(), out).await?;
            table = out.table(Table { comment: comment.filter(|c| !c.is_empty()), ..Table::new(schema, name, kind) });
            if let Some(table) = &mut table {
                keys.write((schema, name), table);
            }
            seen.insert((schema.to_owned(), name.to_owned()));
            current = (schema.to_owned(), name.to_owned());
        }
        let Some(table) = &mut table else { continue };
        let plain: &str = get(&row, 3)?;
        let native_type = native(plain, get(&row, 4)?, get(&row, 5)?, get(&row, 6)?);
        table.column(Column {
            name: get(&row, 2)?,
            path: &[],
            native_type: &native_type,
            data_type: normalize(plain, ' '),
            nullable: get::<Option<&str>>(&row, 7)? != Some("NO"),
            default: get(&row, 8)?,
            generated: None,
            comment: get::<Option<&str>>(&row, 9)?.filter(|c| !c.is_empty()),
        });
    }
    finish(table, out).await?;
    external(client, &held, &mut seen, out).await?;
    // A late-binding view has no column that is listed, until it is used.
    for (&(schema, name), &(kind, comment)) in
        heads.iter().filter(|((schema, name), _)| !seen.contains(&((*schema).into(), (*name).into())))
    {
        let table = out.table(Table { comment: comment.filter(|c| !c.is_empty()), ..Table::new(schema, name, kind) });
        finish(table, out).await?;
        let text = "the server lists no columns of it, as of a late-binding view";
        out.note(Note::new(NoteCode::ColumnsUnreadable, format!("{schema}.{name}"), text));
    }
    Ok(())
}

/// Reads external tables; those that were sent are added to `seen`.
async fn external(client: &Client, held: &Hold, seen: &mut HashSet<(String, String)>, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let tables = rows(client, held, EXTERNAL_TABLES).await?;
    let name = |r: &Row| Ok((get(r, 0)?, get(r, 1)?));
    let mut bare: HashSet<(String, String)> = tables.iter().map(name).collect::<Result<_, ConnectError>>()?;
    let mut columns = pin!(stream(client, EXTERNAL_COLUMNS).await?);
    let (mut current, mut table) = ((String::new(), String::new()), None::<TableWriter>);
    while let Some(row) = columns.try_next().await.map_err(|e| map(&e))? {
        let (schema, name): (&str, &str) = (get(&row, 0)?, get(&row, 1)?);
        if (schema, name) != (&current.0, &current.1) {
            finish(table.take(), out).await?;
            table = out.table(external_head(schema, name));
            current = (schema.to_owned(), name.to_owned());
            bare.remove(&current);
            seen.insert(current.clone());
        }
        let Some(table) = &mut table else { continue };
        let native_type: &str = get(&row, 3)?;
        table.column(Column {
            name: get(&row, 2)?,
            path: &[],
            native_type,
            data_type: normalize(native_type.split('<').next().unwrap_or_default(), ' '),
            nullable: get::<Option<&str>>(&row, 4)? != Some("false"),
            default: None,
            generated: None,
            comment: None,
        });
    }
    finish(table, out).await?;
    for (schema, name) in bare {
        finish(out.table(external_head(&schema, &name)), out).await?;
        seen.insert((schema, name));
    }
    Ok(())
}

/// Sends the table, if there is one.
async fn finish(table: Option<TableWriter>, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    match table {
        Some(whole) => Ok(whole.finish(out).await?),
        None => Ok(()),
    }
}

fn external_head<'a>(schema: &'a str, name: &'a str) -> Table<'a> {
    Table::new(schema, name, TableKind::ExternalTable)
}

fn kind(table_type: &str) -> TableKind {
    match table_type.to_ascii_uppercase() {
        t if t.contains("EXTERNAL") => TableKind::ExternalTable,
        t if t.contains("MATERIALIZED") => TableKind::MaterializedView,
        t if t.contains("VIEW") => TableKind::View,
        _ => TableKind::Table,
    }
}

fn native(plain: &str, length: Option<i32>, precision: Option<i32>, scale: Option<i32>) -> String {
    match (plain, length, precision) {
        ("character varying" | "character" | "binary varying", Some(length), _) => format!("{plain}({length})"),
        ("numeric", _, Some(precision)) => format!("{plain}({precision},{})", scale.unwrap_or(0)),
        _ => plain.to_owned(),
    }
}

struct Keys<'a> {
    by_table: HashMap<(&'a str, &'a str), Vec<&'a Row>>,
    names: HashMap<(u32, i16), &'a str>,
}

impl<'a> Keys<'a> {
    fn new(constraints: &'a [Row], keyed: &'a [Row]) -> Result<Self, ConnectError> {
        let mut by_table: HashMap<_, Vec<_>> = HashMap::new();
        for row in constraints {
            by_table.entry((get(row, 0)?, get(row, 1)?)).or_default().push(row);
        }
        let name = |row: &'a Row| Ok(((get(row, 0)?, get(row, 1)?), get(row, 2)?));
        Ok(Self { by_table, names: keyed.iter().map(name).collect::<Result<_, ConnectError>>()? })
    }

    fn columns(&self, row: &Row, list: usize, relation: usize) -> Result<Vec<&'a str>, ConnectError> {
        let relation: u32 = get(row, relation)?;
        let numbers = get::<Option<&str>>(row, list)?.unwrap_or_default().split(',');
        let name = |n: &str| n.parse().ok().and_then(|n| self.names.get(&(relation, n)).copied());
        numbers.map(|n| name(n).ok_or_else(|| ConnectErrorKind::Protocol.into())).collect()
    }

    fn write(&self, table: (&str, &str), out: &mut TableWriter) {
        let mut foreign = Vec::new();
        for row in self.by_table.get(&table).into_iter().flatten() {
            let Ok(columns) = self.columns(row, 3, 7) else { continue };
            if get::<&str>(row, 2) == Ok("p") {
                out.primary_key(&columns);
            } else if let (Ok(schema), Ok(table), Ok(references)) = (get::<&str>(row, 4), get(row, 5), self.columns(row, 6, 8)) {
                foreign.push(ForeignKey { columns, namespace: schema.into(), table, references });
            }
        }
        out.foreign_keys(foreign);
    }
}
