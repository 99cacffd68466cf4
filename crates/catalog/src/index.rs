//! Tables by namespace and name, known before their columns come: how sources are read that have no numbers for their tables.

use std::collections::HashMap;

use crate::budget::{ENTRY_BYTES, Hold};
use crate::column::Column;
use crate::error::Error;
use crate::key::ForeignKey;
use crate::limits::NAME_BYTES;
use crate::namespace::Namespace;
use crate::summary::Partial;
use crate::table::{Table, TableKind};
use crate::table_writer::TableWriter;
use crate::writer::CatalogWriter;

#[derive(Debug, Default)]
struct Constraint {
    columns: Vec<String>,
    references: Option<(Namespace<'static>, String, Vec<String>)>,
}

#[derive(Debug)]
struct Relation {
    kind: TableKind,
    comment: Option<String>,
    row_estimate: Option<i64>,
    partition_of: Option<(Namespace<'static>, String)>,
    primary: Vec<String>,
    foreign: HashMap<String, Constraint>,
    /// Whether its columns have begun: a table that comes twice is taken once.
    begun: bool,
}

type Schemas = HashMap<String, HashMap<String, Relation>>;

/// All tables of a read. Columns are passed through, one table after the other.
#[derive(Debug)]
pub struct TablesByName {
    /// By catalog (the empty name is none), schema, table.
    catalogs: HashMap<String, Schemas>,
    held: Hold,
    /// The table whose columns are coming, unless a cap left it out.
    current: Option<(Namespace<'static>, String, Option<TableWriter>)>,
    /// Whether a name in a key was none that any system gives.
    long: bool,
}

impl TablesByName {
    /// No tables yet; what is noted is charged to `held`.
    pub fn new(held: Hold) -> Self {
        Self { catalogs: HashMap::new(), held, current: None, long: false }
    }

    /// Notes a schema that the user may see.
    pub fn schema<'a>(&mut self, name: impl Into<Namespace<'a>>, out: &mut CatalogWriter) {
        let name = name.into();
        if self.held.takes(ENTRY_BYTES + name.bytes()) {
            self.tables_of(&name);
            out.schema(name);
        }
    }

    /// Notes a table. One that has been sent, or left out, stays what it is.
    pub fn table(&mut self, table: Table<'_>) {
        let Table { namespace, name, kind, comment, row_estimate, partition_of } = table;
        let comment = comment.filter(|text| !text.is_empty()).map(str::to_owned);
        if self.held.takes(ENTRY_BYTES + namespace.bytes() + name.len() + comment.as_ref().map_or(0, String::len)) {
            let partition_of = partition_of.map(|(namespace, name)| (namespace.into_owned(), name.to_owned()));
            let relation =
                Relation { kind, comment, row_estimate, partition_of, primary: Vec::new(), foreign: HashMap::new(), begun: false };
            let tables = self.tables_of(&namespace);
            if tables.get(name).is_none_or(|known| !known.begun) {
                tables.insert(name.to_owned(), relation);
            }
        }
    }

    fn tables_of(&mut self, namespace: &Namespace<'_>) -> &mut HashMap<String, Relation> {
        let catalog = namespace.catalog.as_deref().unwrap_or_default();
        if !self.catalogs.contains_key(catalog) {
            self.catalogs.insert(catalog.to_owned(), HashMap::new());
        }
        let schemas = self.catalogs.get_mut(catalog).expect("just put there");
        if !schemas.contains_key(&*namespace.schema) {
            schemas.insert(namespace.schema.clone().into_owned(), HashMap::new());
        }
        schemas.get_mut(&*namespace.schema).expect("just put there")
    }

    fn find(&self, namespace: &Namespace<'_>, table: &str) -> Option<&Relation> {
        self.catalogs.get(namespace.catalog.as_deref().unwrap_or_default())?.get(&*namespace.schema)?.get(table)
    }

    fn find_mut(&mut self, namespace: &Namespace<'_>, table: &str) -> Option<&mut Relation> {
        self.catalogs.get_mut(namespace.catalog.as_deref().unwrap_or_default())?.get_mut(&*namespace.schema)?.get_mut(table)
    }

    /// All tables that were noted, in the order of their names.
    pub fn names(&self) -> Vec<(Namespace<'static>, String)> {
        let mut all = Vec::new();
        for (catalog, schemas) in &self.catalogs {
            let catalog = (!catalog.is_empty()).then_some(catalog);
            for (schema, tables) in schemas {
                let namespace = Namespace { catalog: catalog.map(|name| name.clone().into()), schema: schema.clone().into() };
                all.extend(tables.keys().map(|name| (namespace.clone(), name.clone())));
            }
        }
        all.sort();
        all
    }

    fn relations(&mut self) -> impl Iterator<Item = &mut Relation> {
        self.catalogs.values_mut().flat_map(HashMap::values_mut).flat_map(HashMap::values_mut)
    }

    /// Forgets all keys: they will be read once more.
    pub fn forget_keys(&mut self) {
        for relation in self.relations() {
            relation.primary.clear();
            relation.foreign.clear();
        }
    }

    /// Gives up the table whose columns are coming. What was begun may be read once more, if `again`; else it is left out.
    pub fn abandon(&mut self, again: bool) {
        if let Some((namespace, name, Some(_))) = self.current.take()
            && let Some(relation) = self.find_mut(&namespace, &name)
        {
            relation.begun = !again;
        }
    }

    /// Begins anew: tables that have been sent, or left out, stay; the others are forgotten, since they may be there no more.
    pub fn again(&mut self) {
        self.abandon(true);
        for tables in self.catalogs.values_mut().flat_map(HashMap::values_mut) {
            tables.retain(|_, relation| relation.begun);
        }
    }

    /// Leaves out all tables whose columns have not come.
    pub fn leave_out_rest(&mut self) {
        for relation in self.relations() {
            relation.begun = true;
        }
    }

    /// Leaves out a table.
    pub fn leave_out<'a>(&mut self, namespace: impl Into<Namespace<'a>>, table: &str) {
        if let Some(relation) = self.find_mut(&namespace.into(), table) {
            relation.begun = true;
        }
    }

    /// Leaves out a schema's tables whose columns have not come.
    pub fn leave_out_schema<'a>(&mut self, namespace: impl Into<Namespace<'a>>) {
        let namespace = namespace.into();
        for relation in self.tables_of(&namespace).values_mut() {
            relation.begun = true;
        }
    }

    /// Whether a name of so many bytes is one.
    fn sound(&mut self, bytes: usize) -> bool {
        self.long |= bytes > NAME_BYTES;
        bytes <= NAME_BYTES
    }

    /// Notes the next column of a table's primary key.
    pub fn primary<'a>(&mut self, namespace: impl Into<Namespace<'a>>, table: &str, column: &str) {
        let namespace = namespace.into();
        if self.sound(column.len())
            && self.held.takes(column.len())
            && let Some(relation) = self.find_mut(&namespace, table)
            && !relation.primary.iter().any(|known| known == column)
        {
            relation.primary.push(column.to_owned());
        }
    }

    /// Notes the next column of a foreign key, and (where, table, column) that it points to.
    pub fn foreign<'a, 'b>(
        &mut self,
        namespace: impl Into<Namespace<'a>>,
        table: &str,
        constraint: &str,
        column: &str,
        target: (impl Into<Namespace<'b>>, &str, &str),
    ) {
        let (namespace, there) = (namespace.into(), target.0.into());
        let bytes = constraint.len() + column.len() + there.bytes() + target.1.len() + target.2.len();
        if !self.sound(bytes / 5) {
            return;
        }
        let begun = self.find(&namespace, table).is_some_and(|relation| relation.foreign.contains_key(constraint));
        if self.held.takes(if begun { bytes } else { ENTRY_BYTES + bytes })
            && let Some(relation) = self.find_mut(&namespace, table)
        {
            let key = relation.foreign.entry(constraint.to_owned()).or_default();
            key.columns.push(column.to_owned());
            key.references.get_or_insert_with(|| (there.into_owned(), target.1.to_owned(), Vec::new())).2.push(target.2.to_owned());
        }
    }

    /// Passes a column on. Columns come table by table; those of a table that was not noted are passed over.
    pub async fn column<'a>(
        &mut self,
        out: &mut CatalogWriter,
        namespace: impl Into<Namespace<'a>>,
        table: &str,
        column: Column<'_>,
    ) -> Result<(), Error> {
        let namespace = namespace.into();
        if self.current.as_ref().is_none_or(|(n, t, _)| *n != namespace || t != table) {
            self.end_table(out).await?;
            let begun = self.begin(out, &namespace, table);
            self.current = Some((namespace.into_owned(), table.to_owned(), begun));
        }
        if let Some((_, _, Some(table))) = &mut self.current {
            table.column(column);
        }
        Ok(())
    }

    /// Sends the table whose columns came last: all of them have come.
    pub async fn end_table(&mut self, out: &mut CatalogWriter) -> Result<(), Error> {
        match self.current.take() {
            Some((_, _, Some(table))) => table.finish(out).await,
            _ => Ok(()),
        }
    }

    fn begin(&mut self, out: &mut CatalogWriter, namespace: &Namespace<'_>, name: &str) -> Option<TableWriter> {
        let relation = self.find_mut(namespace, name)?;
        if std::mem::replace(&mut relation.begun, true) {
            return None;
        }
        let relation = self.find(namespace, name)?;
        let mut table = out.table(Table {
            namespace: namespace.clone(),
            name,
            kind: relation.kind,
            comment: relation.comment.as_deref(),
            row_estimate: relation.row_estimate.filter(|n| *n >= 0),
            partition_of: relation.partition_of.as_ref().map(|(namespace, name)| (namespace.clone(), name.as_str())),
        })?;
        if !relation.primary.is_empty() {
            table.primary_key(&texts(&relation.primary));
        }
        let mut keys = Vec::new();
        for key in relation.foreign.values() {
            let Some((namespace, name, columns)) = &key.references else { continue };
            // A key to a table that the user cannot see is left out.
            if self.find(namespace, name).is_some() {
                keys.push(ForeignKey {
                    columns: texts(&key.columns),
                    namespace: namespace.clone(),
                    table: name,
                    references: texts(columns),
                });
            }
        }
        table.foreign_keys(keys);
        Some(table)
    }

    /// Passes on the last table and those that have no column, and says if something did not fit.
    pub async fn finish(mut self, out: &mut CatalogWriter) -> Result<(), Error> {
        self.end_table(out).await?;
        // Which of them a cap leaves out is the same each time.
        for (namespace, name) in self.names() {
            if let Some(table) = self.begin(out, &namespace, &name) {
                table.finish(out).await?;
            }
        }
        if !self.held.fitted() {
            out.left_out(Partial::CatalogBytes);
        }
        if self.long {
            out.left_out(Partial::Names);
        }
        Ok(())
    }
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
