//! The catalog of PostgreSQL: nine statements, most of them sent together.

mod defaults;
mod encoding;
mod statements;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::pin::pin;

use catalog::{CatalogWriter, Column, DataType, Generated, Note, NoteCode, Partial, TableWriter};
use futures_util::TryStreamExt;
use tokio_postgres::Client;

use self::defaults::Defaults;
use self::statements::{COMMENTS, READABLE, REFERENCED, SCHEMAS, TYPES, attributes, constraints, relations};
use super::keys::{Constraints, KeyColumns, Keys, Relation, relation};
use crate::error::ConnectError;
use crate::kinds::postgres::error::map;
use crate::kinds::postgres::rows::{each, get, rows, stream, text};
use crate::kinds::postgres::types::normalize;

pub(super) use self::statements::settings;

/// A type as columns have it.
struct Kind {
    native: String,
    word: DataType,
    /// Whether it is a domain that takes no null.
    required: bool,
}

/// What is said of all relations, but for their columns.
#[derive(Default)]
struct Known {
    tables: HashMap<u32, Relation>,
    /// Those of which the user may select some columns only.
    narrow: HashSet<u32>,
    /// Those columns.
    readable: HashSet<(u32, i16)>,
    parents: HashMap<u32, u32>,
    kinds: HashMap<(u32, i32), Kind>,
    comments: HashMap<(u32, i32), String>,
}

/// Reads everything that the user may see.
pub(super) async fn read(client: &Client, major: u32, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let held = out.hold();
    let raw = encoding::settle(client).await?;
    let defaults = Defaults::read(client, major, &held, out).await?;
    let (relations, constraints, attributes) = (relations(major), constraints(major), attributes(major));
    let mut known = Known::default();
    let (mut found, mut names) = (Constraints::default(), KeyColumns::default());
    let Known { tables, narrow, readable, parents, kinds, comments } = &mut known;
    // All are sent at once and answered one after the other; each row goes to its place as it comes.
    let (schemas, (), (), (), (), (), (), columns) = tokio::try_join!(
        rows(client, &held, SCHEMAS),
        each(client, &held, &relations, |row| {
            let (oid, relation) = relation(row)?;
            tables.insert(oid, relation);
            if !get::<Option<bool>>(row, 6)?.unwrap_or_default() {
                narrow.insert(oid);
            }
            if let Some(parent) = get::<Option<u32>>(row, 7)? {
                parents.insert(oid, parent);
            }
            Ok(())
        }),
        each(client, &held, TYPES, |row| {
            let category = char::from(u8::try_from(get::<i8>(row, 3)?).unwrap_or(b'X'));
            let kind = Kind { native: text(row, 2)?.into_owned(), word: normalize(&text(row, 4)?, category), required: get(row, 5)? };
            kinds.insert((get(row, 0)?, get(row, 1)?), kind);
            Ok(())
        }),
        each(client, &held, COMMENTS, |row| {
            comments.insert((get(row, 0)?, get(row, 1)?), text(row, 2)?.into_owned());
            Ok(())
        }),
        each(client, &held, READABLE, |row| {
            readable.insert((get(row, 0)?, get(row, 1)?));
            Ok(())
        }),
        each(client, &held, &constraints, |row| found.take(row)),
        each(client, &held, REFERENCED, |row| names.take(row)),
        stream(client, &attributes),
    )?;
    if !held.fitted() {
        out.left_out(Partial::CatalogBytes);
    }
    for row in &schemas {
        out.schema(&*text(row, 0)?);
    }
    // A key over what may not be read is left out like that itself.
    names.retain(|column| !known.narrow.contains(&column.0) || known.readable.contains(&column));
    let keys = Keys { constraints: found, names };
    let mut columns = pin!(columns);
    let mut seen = HashSet::with_capacity(known.tables.len());
    let mut current: Option<Current> = None;
    while let Some(row) = columns.try_next().await.map_err(|e| map(&e))? {
        let (oid, number, name) = (get::<u32>(&row, 0)?, get::<i16>(&row, 1)?, text(&row, 2)?);
        if current.as_ref().is_none_or(|c| c.oid != oid) {
            if let Some(whole) = current.take() {
                whole.end(&known, &keys, raw, out).await?;
            }
            if !seen.insert(oid) {
                continue;
            }
            let table = known.tables.get(&oid).and_then(|relation| out.table(known.head(oid, relation)));
            current = Some(Current { oid, table, numbered: Vec::new(), replaced: false });
        }
        let Some(Current { table, numbered, replaced, .. }) = &mut current else { continue };
        let Some(writer) = table else { continue };
        if known.narrow.contains(&oid) && !known.readable.contains(&(oid, number)) {
            continue;
        }
        if keys.has(oid) {
            numbered.push((number, name.to_string()));
        }
        let kind = known.kinds.get(&(get(&row, 3)?, get(&row, 4)?));
        // The catalog is read as it was when the read began, and types are printed as they are now: this one has been dropped.
        if kind.map_or(held.fitted(), |kind| kind.native.contains("???")) {
            *table = None;
            out.left_out(Partial::Tables);
            out.note(Note::new(NoteCode::TableUnreadable, known.name(oid), "it was changed or dropped while it was read"));
            continue;
        }
        let generated = match (get::<i8>(&row, 6)?, get::<i8>(&row, 7)?) {
            (0, 0) => None,
            (0, 0x76) => Some(Generated::Virtual),
            (0, _) => Some(Generated::Stored),
            _ => Some(Generated::Identity),
        };
        let column = Column {
            name: &name,
            path: &[],
            native_type: kind.map_or("unknown", |kind| kind.native.as_str()),
            data_type: kind.map_or(DataType::Other, |kind| kind.word),
            nullable: !get::<bool>(&row, 5)? && !kind.is_some_and(|kind| kind.required),
            default: defaults.of(oid, number),
            generated,
            comment: known.comments.get(&(oid, i32::from(number))).map(String::as_str),
        };
        *replaced |=
            raw && [Some(column.name), Some(column.native_type), column.default, column.comment].into_iter().flatten().any(is_replaced);
        writer.column(column);
    }
    if let Some(whole) = current {
        whole.end(&known, &keys, raw, out).await?;
    }
    // A table may have no column at all.
    for (&oid, relation) in known.tables.iter().filter(|(oid, _)| !seen.contains(oid)) {
        let table = out.table(known.head(oid, relation));
        Current { oid, table, numbered: Vec::new(), replaced: false }.end(&known, &keys, raw, out).await?;
    }
    for oid in defaults.locked.iter().filter(|oid| known.tables.contains_key(oid)) {
        let text = "its defaults are left out: another session has locked it";
        out.note(Note::new(NoteCode::DefaultsUnreadable, known.name(*oid), text));
    }
    Ok(())
}

fn is_replaced(text: &str) -> bool {
    text.contains(char::REPLACEMENT_CHARACTER)
}

impl Known {
    fn name(&self, oid: u32) -> String {
        self.tables.get(&oid).map(|table| format!("{}.{}", table.schema, table.name)).unwrap_or_default()
    }

    fn head<'a>(&'a self, oid: u32, relation: &'a Relation) -> catalog::Table<'a> {
        let parent = self.parents.get(&oid).and_then(|parent| self.tables.get(parent));
        catalog::Table { partition_of: parent.map(|table| (table.schema.as_str().into(), table.name.as_str())), ..relation.head() }
    }
}

/// The table whose columns are coming.
struct Current {
    oid: u32,
    /// None where a cap, or what happened to it, leaves it out.
    table: Option<TableWriter>,
    /// Its columns by number, as keys name them.
    numbered: Vec<(i16, String)>,
    /// Whether one of its texts was no UTF-8.
    replaced: bool,
}

impl Current {
    async fn end(self, known: &Known, keys: &Keys, raw: bool, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let Some(mut table) = self.table else { return Ok(()) };
        keys.write(self.oid, &self.numbered, &known.tables, &mut table);
        let replaced = raw
            && known.tables.get(&self.oid).is_some_and(|relation| {
                let comment = relation.head().comment.unwrap_or_default();
                [relation.schema.as_str(), &relation.name, comment].into_iter().any(is_replaced)
            });
        if self.replaced || replaced {
            out.left_out(Partial::Text);
            let text = "a text is not in the encoding of its database: what could not be read of it stands as U+FFFD";
            out.note(Note::new(NoteCode::TextReplaced, known.name(self.oid), Cow::Borrowed(text)));
        }
        Ok(table.finish(out).await?)
    }
}
