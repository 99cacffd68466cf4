//! The read of one database's catalog, or of all that the login can enter.

use std::collections::{HashMap, HashSet};

use catalog::{CatalogWriter, Column, Generated, Hold, Note, NoteCode, Partial, Table, TableKind, TablesByName};

use super::open::{SqlServerConnection, beyond};
use super::query::{Driver, query};
use super::shim::Meter;
use super::statements;
use super::types::ColumnType;
use crate::error::ConnectError;

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut SqlServerConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let SqlServerConnection { driver, meter, version, databases, .. } = connection;
    let (version, databases) = (*version, databases.take());
    let Some(databases) = databases else {
        let mut reader = Reader { driver, meter, version, db: String::new(), before: String::new(), schemas: &mut HashSet::new() };
        return reader.read(out).await;
    };
    let (read, more) = beyond(&databases);
    if more {
        out.left_out(Partial::Databases);
    }
    let (mut refused, mut taken, mut schemas) = (None, 0, HashSet::new());
    for name in read {
        let mut reader = Reader { driver, meter, version, db: statements::prefix(name), before: format!("{name}."), schemas: &mut schemas };
        match reader.read(out).await {
            // It has gone offline, or the login has lost its way in, since the list was made.
            Err(error) if error.server_code.is_some() => {
                out.left_out(Partial::Databases);
                let number = error.server_code.as_deref().unwrap_or_default();
                out.note(Note::new(
                    NoteCode::DatabaseUnreadable,
                    name.as_str(),
                    format!("the server refused to go on reading it ({number})"),
                ));
                refused = Some(error);
            }
            other => {
                other?;
                taken += 1;
            }
        }
    }
    match refused {
        Some(error) if taken == 0 => Err(error),
        _ => Ok(()),
    }
}

/// A table, by the number that the catalog has for it.
struct Object {
    schema: String,
    name: String,
    kind: TableKind,
}

struct Reader<'a> {
    driver: &'a mut Driver,
    meter: &'a Meter,
    version: u32,
    /// `[name].`, or nothing for the current database.
    db: String,
    /// What stands before the names of schemas.
    before: String,
    /// Schemas of the databases before: `a.b` in `c` and `b.c` in `a` would have one name.
    schemas: &'a mut HashSet<String>,
}

impl Reader<'_> {
    async fn read(&mut self, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let held = out.hold();
        let mut known = TablesByName::new(out.hold());
        let sql = statements::schemas(&self.db);
        let mut rows = query(self.driver, self.meter, &sql).await?;
        while let Some(row) = rows.next().await? {
            known.schema(format!("{}{}", self.before, row.text(0)).as_str(), out);
        }
        drop(rows);
        let mut objects = self.objects(&held).await?;
        let before = objects.len();
        objects.retain(|_, object| !self.schemas.contains(&object.schema));
        if objects.len() < before {
            out.left_out(Partial::Names);
        }
        self.schemas.extend(objects.values().map(|object| object.schema.clone()));
        let comments = self.comments(&held).await?;
        let estimates = self.estimates(&held).await?;
        for (number, object) in &objects {
            let comment = comments.get(number).and_then(|of| of.get("")).map(String::as_str);
            let row_estimate = estimates.get(number).copied();
            known.table(Table { comment, row_estimate, ..Table::new(object.schema.as_str(), &object.name, object.kind) });
        }
        self.keys(&objects, &mut known).await?;
        self.columns(&objects, &comments, &mut known, out).await?;
        if !held.fitted() {
            out.left_out(Partial::CatalogBytes);
        }
        Ok(known.finish(out).await?)
    }

    async fn objects(&mut self, held: &Hold) -> Result<HashMap<i64, Object>, ConnectError> {
        let mut objects = HashMap::new();
        let sql = statements::objects(&self.db, self.version);
        let mut rows = query(self.driver, self.meter, &sql).await?;
        while let Some(row) = rows.next().await? {
            let kind = match (row.text(3).trim(), row.flag(4)) {
                ("V", _) => TableKind::View,
                (_, true) => TableKind::ExternalTable,
                _ => TableKind::Table,
            };
            let object = Object { schema: format!("{}{}", self.before, row.text(1)), name: row.text(2).to_owned(), kind };
            if let (Some(number), true) = (row.number(0), held.takes(object.schema.len() + object.name.len())) {
                objects.insert(number, object);
            }
        }
        Ok(objects)
    }

    /// By table and column; the empty name is the table's own.
    async fn comments(&mut self, held: &Hold) -> Result<HashMap<i64, HashMap<String, String>>, ConnectError> {
        let mut comments: HashMap<i64, HashMap<String, String>> = HashMap::new();
        let sql = statements::comments(&self.db);
        let mut rows = query(self.driver, self.meter, &sql).await?;
        while let Some(row) = rows.next().await? {
            let (column, text) = (row.text(1), row.text(2));
            if let (Some(number), true) = (row.number(0), held.takes(column.len() + text.len())) {
                comments.entry(number).or_default().insert(column.to_owned(), text.to_owned());
            }
        }
        Ok(comments)
    }

    /// Not every product has them: without them a schema is poorer, not wrong.
    async fn estimates(&mut self, held: &Hold) -> Result<HashMap<i64, i64>, ConnectError> {
        let sql = statements::rows(&self.db);
        let work = async {
            let mut estimates = HashMap::new();
            let mut rows = query(self.driver, self.meter, &sql).await?;
            while let Some(row) = rows.next().await? {
                if let (Some(number), Some(estimate), true) = (row.number(0), row.number(1), held.takes(16)) {
                    estimates.insert(number, estimate);
                }
            }
            Ok(estimates)
        };
        match work.await {
            Err(ConnectError { server_code: Some(_), .. }) => Ok(HashMap::new()),
            other => other,
        }
    }

    async fn keys(&mut self, objects: &HashMap<i64, Object>, known: &mut TablesByName) -> Result<(), ConnectError> {
        let sql = statements::primary_keys(&self.db);
        let mut rows = query(self.driver, self.meter, &sql).await?;
        while let Some(row) = rows.next().await? {
            if let Some(object) = row.number(0).and_then(|n| objects.get(&n)) {
                known.primary(object.schema.as_str(), &object.name, row.text(1));
            }
        }
        drop(rows);
        let sql = statements::foreign_keys(&self.db);
        let mut rows = query(self.driver, self.meter, &sql).await?;
        while let Some(row) = rows.next().await? {
            let find = |column| row.number(column).and_then(|n| objects.get(&n));
            if let (Some(here), Some(there)) = (find(0), find(3)) {
                known.foreign(
                    here.schema.as_str(),
                    &here.name,
                    row.text(1),
                    row.text(2),
                    (there.schema.as_str(), &there.name, row.text(4)),
                );
            }
        }
        Ok(())
    }

    /// Columns as they come, table by table.
    async fn columns(
        &mut self,
        objects: &HashMap<i64, Object>,
        comments: &HashMap<i64, HashMap<String, String>>,
        known: &mut TablesByName,
        out: &mut CatalogWriter,
    ) -> Result<(), ConnectError> {
        let sql = statements::columns(&self.db, self.version);
        let mut rows = query(self.driver, self.meter, &sql).await?;
        while let Some(row) = rows.next().await? {
            let Some((number, object)) = row.number(0).and_then(|n| Some((n, objects.get(&n)?))) else { continue };
            let name = row.text(1);
            let kind = ColumnType {
                name: row.text(2),
                base: row.get(3),
                user_defined: row.flag(4),
                length: row.number(5).unwrap_or_default(),
                precision: row.number(6).unwrap_or_default(),
                scale: row.number(7).unwrap_or_default(),
            };
            let generated = match (row.flag(9), row.flag(10), row.flag(11)) {
                (true, ..) => Some(Generated::Identity),
                (_, true, true) => Some(Generated::Stored),
                (_, true, false) => Some(Generated::Virtual),
                _ => None,
            };
            let column = Column {
                name,
                path: &[],
                native_type: &kind.native(),
                data_type: kind.word(),
                nullable: row.flag(8),
                default: row.get(12).or(row.get(13)),
                generated,
                comment: comments.get(&number).and_then(|of| of.get(name)).map(String::as_str),
            };
            known.column(out, object.schema.as_str(), &object.name, column).await?;
        }
        Ok(())
    }
}
