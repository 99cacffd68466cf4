//! Collects a schema under caps and sends each table, once finished, down the stream.

use std::collections::BTreeSet;
use std::time::Instant;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};

use crate::budget::{Budget, Hold};
use crate::definition::TableDefinition;
use crate::error::Error;
use crate::limits::{Limits, NAME_BYTES, SampleLimits};
use crate::memory::Memory;
use crate::namespace::Namespace;
use crate::note::{Note, Notes, too_long};
use crate::summary::{Catalog, Files, Partial};
use crate::table::Table;
use crate::table_writer::TableWriter;

/// Takes a schema table by table; memory holds one table at a time.
#[derive(Debug)]
pub struct CatalogWriter {
    out: mpsc::Sender<TableDefinition>,
    until: Instant,
    limits: Limits,
    budget: Budget,
    schemas: BTreeSet<Namespace<'static>>,
    partial: BTreeSet<Partial>,
    notes: Notes,
    files: Option<Files>,
    /// Who is told of the files while they are looked at.
    told: Option<watch::Sender<Option<Files>>>,
    tables: u64,
    /// How many of them are partitions.
    parts: u64,
    columns: u64,
    bytes: usize,
    /// The schemas to read; none for all.
    only: Option<BTreeSet<String>>,
    memory: Memory,
}

impl CatalogWriter {
    /// A writer that sends finished tables to `out`.
    pub fn new(out: mpsc::Sender<TableDefinition>, until: Instant, limits: Limits) -> Self {
        Self {
            out,
            until,
            limits,
            budget: Budget::new(limits.held_bytes),
            schemas: BTreeSet::new(),
            partial: BTreeSet::new(),
            notes: Notes::default(),
            files: None,
            told: None,
            tables: 0,
            parts: 0,
            columns: 0,
            bytes: 0,
            only: None,
            memory: Memory::default(),
        }
    }

    /// The same for the schemas of these names only: the others are passed over, and nothing is partial for it.
    #[must_use]
    pub fn only(self, schemas: BTreeSet<String>) -> Self {
        Self { only: Some(schemas), ..self }
    }

    /// The same, and `told` hears of the files while they are looked at.
    #[must_use]
    pub fn telling(self, told: watch::Sender<Option<Files>>) -> Self {
        Self { told: Some(told), ..self }
    }

    /// The same with what is known of the tables from before.
    #[must_use]
    pub fn remembering(self, memory: Memory) -> Self {
        Self { memory, ..self }
    }

    fn wants(&self, namespace: &Namespace<'_>) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&*namespace.schema))
    }

    /// By when the schema must have been read.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// How much of a table that has no declared schema is looked at.
    pub fn sample_limits(&self) -> SampleLimits {
        self.limits.sample
    }

    /// What is known of the tables from before.
    pub fn memory(&self) -> Memory {
        self.memory.clone()
    }

    /// For a part of the read that keeps rows: its share of the job's one budget of memory.
    pub fn hold(&self) -> Hold {
        self.budget.hold()
    }

    /// Notes a visible schema, whether or not it has tables.
    pub fn schema<'a>(&mut self, name: impl Into<Namespace<'a>>) {
        let name = name.into();
        if !self.wants(&name) {
            // Not asked for.
        } else if name.longest() > NAME_BYTES {
            self.partial.insert(Partial::Names);
            self.notes.add(too_long(name.levels()));
        } else if self.schemas.contains(&name) {
            // Known already.
        } else if self.schemas.len() >= self.limits.tables {
            self.partial.insert(Partial::Schemas);
        } else {
            self.schemas.insert(name.into_owned());
        }
    }

    /// Marks the catalog partial: the connector itself left something out.
    pub fn left_out(&mut self, reason: Partial) {
        self.partial.insert(reason);
    }

    /// Tells of a corner that was left out or replaced.
    pub fn note(&mut self, note: Note) {
        self.notes.add(note);
    }

    /// Tells of how many files the source consists, and how many of them were looked at until now.
    pub fn files(&mut self, files: Files) {
        self.files = Some(files);
        if let Some(told) = &self.told {
            told.send_replace(Some(files));
        }
    }

    /// Whether another table could be taken at all: who pays for each table stops where none is taken.
    pub fn has_room(&self) -> bool {
        !self.is_full(false) && self.bytes < self.limits.catalog_bytes && self.columns < self.limits.columns as u64
    }

    /// Begins a table; none if a cap leaves it out.
    pub fn table(&mut self, table: Table<'_>) -> Option<TableWriter> {
        if !self.wants(&table.namespace) {
            return None;
        }
        let reason = if table.name.len() > NAME_BYTES || table.namespace.longest() > NAME_BYTES {
            self.notes.add(too_long(table.namespace.levels().chain([table.name])));
            Partial::Names
        } else if self.is_full(table.partition_of.is_some()) {
            Partial::Tables
        } else if self.bytes >= self.limits.catalog_bytes {
            Partial::CatalogBytes
        } else if self.columns >= self.limits.columns as u64 {
            Partial::Columns
        } else {
            return Some(TableWriter::new(table, self.limits, self.columns));
        };
        self.partial.insert(reason);
        None
    }

    /// Whether the number of tables, or of their partitions, is reached.
    fn is_full(&self, part: bool) -> bool {
        if part { self.parts >= self.limits.partitions() as u64 } else { self.tables - self.parts >= self.limits.tables as u64 }
    }

    /// Tells what the catalog came to.
    pub fn finish(self) -> Catalog {
        let (notes, notes_total) = self.notes.told();
        Catalog {
            schemas: self.schemas.into_iter().collect(),
            tables: self.tables,
            columns: self.columns,
            partial: self.partial.into_iter().collect(),
            notes,
            notes_total,
            files: self.files,
        }
    }

    async fn send(&mut self, table: TableDefinition) -> Result<(), Error> {
        // Nearly always there is room, and no timer is needed.
        match self.out.try_send(table) {
            Ok(()) => Ok(()),
            Err(TrySendError::Closed(_)) => Err(Error::Gone),
            Err(TrySendError::Full(table)) => match tokio::time::timeout_at(self.until.into(), self.out.send(table)).await {
                Ok(sent) => sent.map_err(|_| Error::Gone),
                Err(_) => Err(Error::Elapsed),
            },
        }
    }
}

impl TableWriter {
    /// Sends the table, whole as it is now.
    pub async fn finish(self, catalog: &mut CatalogWriter) -> Result<(), Error> {
        let part = self.part;
        let (table, partial, notes) = self.close();
        catalog.parts += u64::from(part);
        catalog.partial.extend(partial);
        catalog.notes.extend(notes);
        catalog.tables += 1;
        catalog.columns += u64::from(table.columns);
        catalog.bytes += table.body.len();
        let namespace = Namespace { catalog: table.catalog.as_deref().map(Into::into), schema: table.schema.as_str().into() };
        catalog.schema(namespace);
        catalog.send(table).await
    }
}
