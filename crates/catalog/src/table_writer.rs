//! One table while it is read: columns as they come, keys in any order.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::column::Column;
use crate::definition::TableDefinition;
use crate::form::OPENING;
use crate::json::{member, string, strings};
use crate::key::{ForeignKey, Index, KeyKind};
use crate::limits::{Limits, NAME_BYTES};
use crate::namespace::Namespace;
use crate::note::{Notes, too_long};
use crate::sample::{FieldSample, Sample, Seen};
use crate::summary::Partial;
use crate::table::{Table, TableKind};

/// A table that was begun. It leaves only when it is finished: dropped, it is not sent and not counted.
#[must_use = "a table that is not finished is not sent"]
#[derive(Debug)]
pub struct TableWriter {
    limits: Limits,
    /// Columns of the tables before.
    columns_before: u64,
    namespace: Namespace<'static>,
    name: String,
    kind: TableKind,
    row_estimate: Option<i64>,
    /// Whether it is a partition.
    pub(crate) part: bool,
    body: String,
    columns: u32,
    primary_key: String,
    foreign_keys: String,
    keys: BTreeSet<(KeyKind, String)>,
    indexes: BTreeSet<(String, String)>,
    /// Bytes of keys and indexes.
    key_bytes: usize,
    sample: Option<Sample>,
    partial: BTreeSet<Partial>,
    notes: Notes,
}

impl TableWriter {
    pub(crate) fn new(table: Table<'_>, limits: Limits, columns_before: u64) -> Self {
        let Table { namespace, name, kind, comment, row_estimate, partition_of } = table;
        let mut this = Self {
            limits,
            columns_before,
            namespace: namespace.into_owned(),
            name: name.to_owned(),
            kind,
            row_estimate,
            part: partition_of.is_some(),
            body: String::with_capacity(2_048),
            columns: 0,
            primary_key: String::new(),
            foreign_keys: String::new(),
            keys: BTreeSet::new(),
            indexes: BTreeSet::new(),
            key_bytes: 0,
            sample: None,
            partial: BTreeSet::new(),
            notes: Notes::default(),
        };
        let comment = this.cut(comment);
        let body = &mut this.body;
        body.push_str(OPENING);
        place(body, &this.namespace);
        member(body, ",\"table\":", Some(name));
        member(body, ",\"kind\":", Some(kind.as_str()));
        member(body, ",\"comment\":", comment);
        if let Some((namespace, table)) = partition_of {
            body.push_str(",\"partitionOf\":{");
            place(body, &namespace);
            member(body, ",\"table\":", Some(table));
            body.push('}');
        }
        body.push_str(",\"columns\":[");
        this
    }

    /// Adds a column; positions count from 1. A cap may leave it out.
    pub fn column(&mut self, column: Column<'_>) {
        self.add(column);
    }

    /// Says that the table is known from a sample of so many rows.
    pub fn sampled(&mut self, rows: u64) {
        self.sample.get_or_insert_default().rows = rows;
    }

    /// Adds a column with what a sample showed of it.
    pub fn sampled_column(&mut self, column: Column<'_>, seen: Seen) {
        if let Some(position) = self.add(column) {
            self.sample.get_or_insert_default().fields.push(FieldSample { position, seen });
        }
    }

    fn add(&mut self, column: Column<'_>) -> Option<u32> {
        let default = self.cut(column.default);
        let comment = self.cut(column.comment);
        let native_type = self.cut(Some(column.native_type)).unwrap_or_default();
        let before = self.body.len();
        let reason = if column.path.iter().chain([&column.name]).any(|name| name.len() > NAME_BYTES) {
            self.notes.add(too_long(column.path.iter().copied().chain([column.name])));
            Some(Partial::Names)
        } else if self.columns as usize >= self.limits.columns_per_table {
            Some(Partial::ColumnsPerTable)
        } else if self.columns_before + u64::from(self.columns) >= self.limits.columns as u64 {
            Some(Partial::Columns)
        } else {
            let body = &mut self.body;
            if self.columns > 0 {
                body.push(',');
            }
            member(body, "{\"name\":", Some(column.name));
            if !column.path.is_empty() {
                body.push_str(",\"path\":");
                strings(body, column.path);
            }
            // Writing to a string cannot fail.
            let _ = write!(body, ",\"position\":{}", self.columns + 1);
            member(body, ",\"nativeType\":", Some(native_type));
            member(body, ",\"type\":", Some(column.data_type.as_str()));
            body.push_str(if column.nullable { ",\"nullable\":true" } else { ",\"nullable\":false" });
            member(body, ",\"default\":", default);
            member(body, ",\"generated\":", column.generated.map(crate::column::Generated::as_str));
            member(body, ",\"comment\":", comment);
            body.push('}');
            (body.len() > self.limits.table_bytes).then_some(Partial::TableBytes)
        };
        if let Some(reason) = reason {
            self.body.truncate(before);
            self.partial.insert(reason);
            return None;
        }
        self.columns += 1;
        Some(self.columns)
    }

    /// Sets the primary key.
    pub fn primary_key(&mut self, columns: &[&str]) {
        if self.fits(columns) {
            self.primary_key = String::from(",\"primaryKey\":");
            strings(&mut self.primary_key, columns);
        }
    }

    /// Adds a key of any kind, in any order.
    pub fn key(&mut self, kind: KeyKind, columns: &[&str]) {
        if kind == KeyKind::Primary {
            self.primary_key(columns);
        } else if self.fits(columns) {
            let mut out = String::new();
            member(&mut out, "{\"kind\":", Some(kind.as_str()));
            out.push_str(",\"columns\":");
            strings(&mut out, columns);
            out.push('}');
            self.keys.insert((kind, out));
        }
    }

    /// Adds an index, in any order.
    pub fn index(&mut self, index: &Index<'_>) {
        if self.fits(&index.columns) && self.fits(&[index.name]) {
            let mut out = String::new();
            member(&mut out, "{\"name\":", Some(index.name));
            out.push_str(",\"columns\":");
            strings(&mut out, &index.columns);
            out.push_str(if index.unique { ",\"unique\":true}" } else { ",\"unique\":false}" });
            self.indexes.insert((index.name.to_owned(), out));
        }
    }

    /// Whether there is room for a key of these names.
    fn fits(&mut self, names: &[&str]) -> bool {
        let bytes = names.iter().map(|name| name.len()).sum::<usize>();
        let fits = self.key_bytes.saturating_add(bytes) <= self.limits.table_bytes;
        if fits {
            self.key_bytes += bytes;
        } else {
            self.partial.insert(Partial::TableBytes);
        }
        fits
    }

    /// Sets the foreign keys, in any order.
    pub fn foreign_keys(&mut self, mut keys: Vec<ForeignKey<'_>>) {
        if keys.is_empty() {
            return;
        }
        keys.sort_by(|a, b| (&a.columns, &a.namespace, a.table, &a.references).cmp(&(&b.columns, &b.namespace, b.table, &b.references)));
        let out = &mut self.foreign_keys;
        out.push_str(",\"foreignKeys\":[");
        for (n, key) in keys.iter().enumerate() {
            // What is too long is thrown away below, so there is no use in making it longer.
            if out.len() > self.limits.table_bytes {
                break;
            }
            out.push_str(if n > 0 { ",{\"columns\":" } else { "{\"columns\":" });
            strings(out, &key.columns);
            out.push_str(",\"references\":{");
            place(out, &key.namespace);
            out.push_str(",\"table\":");
            string(out, key.table);
            out.push_str(",\"columns\":");
            strings(out, &key.references);
            out.push_str("}}");
        }
        out.push(']');
        if out.len() > self.limits.table_bytes {
            out.clear();
            self.partial.insert(Partial::TableBytes);
        }
    }

    /// The finished definition, and what caps left out of it.
    pub(crate) fn close(self) -> (TableDefinition, BTreeSet<Partial>, Notes) {
        let Self { namespace, name, kind, row_estimate, mut body, columns, sample, partial, notes, .. } = self;
        body.push(']');
        body.push_str(&self.primary_key);
        body.push_str(&self.foreign_keys);
        list(&mut body, ",\"keys\":", self.keys.iter().map(|(_, json)| json));
        list(&mut body, ",\"indexes\":", self.indexes.iter().map(|(_, json)| json));
        body.push('}');
        let hash = Sha256::digest(body.as_bytes()).into();
        let (catalog, schema) = (namespace.catalog.map(Cow::into_owned), namespace.schema.into_owned());
        (TableDefinition { catalog, schema, name, kind, hash, body, columns, row_estimate, sample }, partial, notes)
    }

    fn cut<'a>(&mut self, text: Option<&'a str>) -> Option<&'a str> {
        let text = text?;
        // The count of bytes settles it for nearly all texts.
        if text.len() <= self.limits.text_chars {
            return Some(text);
        }
        let Some((end, _)) = text.char_indices().nth(self.limits.text_chars) else { return Some(text) };
        self.partial.insert(Partial::Text);
        Some(&text[..end])
    }
}

/// Appends the members that say where a table is.
fn place(out: &mut String, namespace: &Namespace<'_>) {
    member(out, "\"catalog\":", namespace.catalog.as_deref());
    if namespace.catalog.is_some() {
        out.push(',');
    }
    member(out, "\"schema\":", Some(&namespace.schema));
}

/// Appends a member that is a list of finished values, if there are any.
fn list<'a>(out: &mut String, key: &str, values: impl ExactSizeIterator<Item = &'a String>) {
    if values.len() == 0 {
        return;
    }
    out.push_str(key);
    for (n, value) in values.enumerate() {
        out.push(if n > 0 { ',' } else { '[' });
        out.push_str(value);
    }
    out.push(']');
}
