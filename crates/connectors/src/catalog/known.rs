//! Tables by schema and name, known before their columns come: how sources are read that have no numbers for their tables.

use std::collections::HashMap;

use super::builder::NAME_BYTES;
use super::held::{ENTRY_BYTES, Held};
use super::{CatalogBuilder, Column, ForeignKey, Table, TableKind};
use crate::error::ConnectError;

#[derive(Default)]
struct Constraint {
    columns: Vec<String>,
    references: Option<(String, String, Vec<String>)>,
}

struct Relation {
    kind: TableKind,
    comment: Option<String>,
    row_estimate: Option<i64>,
    primary: Vec<String>,
    foreign: HashMap<String, Constraint>,
    /// Whether its columns have begun: a table that comes twice is taken once.
    begun: bool,
}

/// All tables of a read. Columns are passed through to the builder, one table after the other.
pub(crate) struct Known {
    schemas: HashMap<String, HashMap<String, Relation>>,
    held: Held,
    /// The table whose columns are coming.
    current: Option<(String, String)>,
    taken: bool,
    /// Whether a name in a key was none that any system gives.
    long: bool,
}

impl Known {
    pub(crate) fn new() -> Self {
        Self { schemas: HashMap::new(), held: Held::new(), current: None, taken: false, long: false }
    }

    /// Notes a schema that the user may see.
    pub(crate) fn schema(&mut self, name: &str, out: &mut CatalogBuilder) {
        if self.held.takes(ENTRY_BYTES + name.len()) {
            out.schema(name);
            self.schemas.entry(name.to_owned()).or_default();
        }
    }

    /// Notes a table.
    pub(crate) fn table(&mut self, table: Table<'_>) {
        let Table { schema, name, kind, comment, row_estimate } = table;
        let comment = comment.filter(|text| !text.is_empty()).map(str::to_owned);
        if !self.held.takes(ENTRY_BYTES + schema.len() + name.len() + comment.as_ref().map_or(0, String::len)) {
            return;
        }
        let relation = Relation { kind, comment, row_estimate, primary: Vec::new(), foreign: HashMap::new(), begun: false };
        match self.schemas.get_mut(schema) {
            Some(tables) => drop(tables.insert(name.to_owned(), relation)),
            None => drop(self.schemas.insert(schema.to_owned(), HashMap::from([(name.to_owned(), relation)]))),
        }
    }

    fn find(&mut self, schema: &str, table: &str) -> Option<&mut Relation> {
        self.schemas.get_mut(schema)?.get_mut(table)
    }

    /// Whether a name of so many bytes is one.
    fn sound(&mut self, bytes: usize) -> bool {
        self.long |= bytes > NAME_BYTES;
        bytes <= NAME_BYTES
    }

    /// Notes the next column of a table's primary key.
    pub(crate) fn primary(&mut self, schema: &str, table: &str, column: &str) {
        if self.sound(column.len())
            && self.held.takes(column.len())
            && let Some(relation) = self.find(schema, table)
            && !relation.primary.iter().any(|known| known == column)
        {
            relation.primary.push(column.to_owned());
        }
    }

    /// Notes the next column of a foreign key, and (schema, table, column) that it points to.
    pub(crate) fn foreign(&mut self, schema: &str, table: &str, constraint: &str, column: &str, target: (&str, &str, &str)) {
        let bytes = constraint.len() + column.len() + target.0.len() + target.1.len() + target.2.len();
        if !self.sound(bytes / 5) {
            return;
        }
        let begun = self.find(schema, table).is_some_and(|relation| relation.foreign.contains_key(constraint));
        if self.held.takes(if begun { bytes } else { ENTRY_BYTES + bytes })
            && let Some(relation) = self.find(schema, table)
        {
            let key = relation.foreign.entry(constraint.to_owned()).or_default();
            key.columns.push(column.to_owned());
            key.references.get_or_insert_with(|| (target.0.to_owned(), target.1.to_owned(), Vec::new())).2.push(target.2.to_owned());
        }
    }

    /// Passes a column on. Columns come table by table; those of a table that was not noted are passed over.
    pub(crate) async fn column(
        &mut self,
        out: &mut CatalogBuilder,
        schema: &str,
        table: &str,
        column: Column<'_>,
    ) -> Result<(), ConnectError> {
        if self.current.as_ref().is_none_or(|(s, t)| s != schema || t != table) {
            self.taken = self.begin(out, schema, table).await?;
            self.current = Some((schema.to_owned(), table.to_owned()));
        }
        if self.taken {
            out.column(column);
        }
        Ok(())
    }

    async fn begin(&mut self, out: &mut CatalogBuilder, schema: &str, table: &str) -> Result<bool, ConnectError> {
        let Some(relation) = self.find(schema, table) else { return Ok(false) };
        if std::mem::replace(&mut relation.begun, true) {
            return Ok(false);
        }
        let Some(relation) = self.schemas.get(schema).and_then(|tables| tables.get(table)) else { return Ok(false) };
        let head = Table {
            schema,
            name: table,
            kind: relation.kind,
            comment: relation.comment.as_deref(),
            row_estimate: relation.row_estimate.filter(|n| *n >= 0),
        };
        if !out.table(head).await? {
            return Ok(false);
        }
        if !relation.primary.is_empty() {
            out.primary_key(&texts(&relation.primary));
        }
        let mut keys = Vec::new();
        for key in relation.foreign.values() {
            let Some((schema, table, columns)) = &key.references else { continue };
            // A key to a table that the user cannot see is left out.
            if self.schemas.get(schema).is_some_and(|tables| tables.contains_key(table)) {
                keys.push(ForeignKey { columns: texts(&key.columns), schema, table, references: texts(columns) });
            }
        }
        out.foreign_keys(keys);
        Ok(true)
    }

    /// Passes on the tables that have no column, and says if something did not fit.
    pub(crate) async fn finish(mut self, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
        let left: Vec<_> = self
            .schemas
            .iter()
            .flat_map(|(schema, tables)| tables.iter().filter(|(_, r)| !r.begun).map(|(name, _)| (schema.clone(), name.clone())))
            .collect();
        for (schema, table) in left {
            self.begin(out, &schema, &table).await?;
        }
        if !self.held.fitted() {
            out.left_out("catalog_bytes");
        }
        if self.long {
            out.left_out("names");
        }
        Ok(())
    }
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
