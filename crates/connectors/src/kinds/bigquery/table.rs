//! A table as `tables.get` has it, and how it is written. What a new type or mode would bring is text here, so nothing fails on it.

use std::collections::BTreeSet;

use catalog::{Column, ForeignKey, KeyKind, Namespace, TableKind, TableWriter};
use serde::Deserialize;

use super::field::Field;
use super::types::{native, normalize};
use crate::rest::Scalar;

/// The members that are asked for.
pub(super) const FIELDS: &str = "type,description,schema,numRows,timePartitioning,rangePartitioning,clustering,tableConstraints";

/// Fields within fields: as many as BigQuery allows.
const DEPTH: usize = 15;

/// `tables.get`
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Definition {
    pub(super) description: Option<String>,
    pub(super) num_rows: Option<Scalar>,
    schema: Schema,
    time_partitioning: Option<TimePartitioning>,
    range_partitioning: Option<TimePartitioning>,
    clustering: Option<Clustering>,
    table_constraints: Option<Constraints>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Schema {
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct TimePartitioning {
    field: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Clustering {
    fields: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Constraints {
    primary_key: Option<PrimaryKey>,
    foreign_keys: Vec<Foreign>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PrimaryKey {
    columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Foreign {
    referenced_table: Reference,
    column_references: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    dataset_id: String,
    table_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pair {
    referencing_column: String,
    referenced_column: String,
}

impl Field {
    fn write<'a>(&'a self, path: &mut Vec<&'a str>, out: &mut TableWriter) {
        path.push(&self.name);
        out.column(Column {
            name: &self.name,
            path: if path.len() > 1 { path } else { &[] },
            native_type: &native(self),
            data_type: normalize(self),
            // A list that has nothing in it is empty here, and never null.
            nullable: !self.is_mode("REQUIRED") && !self.is_repeated(),
            default: self.default_value_expression.as_deref().filter(|text| !text.is_empty()),
            generated: None,
            comment: self.description.as_deref().filter(|text| !text.is_empty()),
        });
        if path.len() <= DEPTH {
            for field in &self.fields {
                field.write(path, out);
            }
        }
        path.pop();
    }
}

/// What a word of the list means.
pub(super) fn kind(word: &str) -> TableKind {
    match word {
        "VIEW" => TableKind::View,
        "MATERIALIZED_VIEW" => TableKind::MaterializedView,
        "EXTERNAL" => TableKind::ExternalTable,
        // Snapshots, clones.
        _ => TableKind::Table,
    }
}

impl Definition {
    /// Writes columns and keys.
    pub(super) fn write(&self, out: &mut TableWriter) {
        for field in &self.schema.fields {
            field.write(&mut Vec::new(), out);
        }
        let own: BTreeSet<&str> = self.schema.fields.iter().map(|field| field.name.as_str()).collect();
        // Without a field it is the time of loading, which is a column with a name of BigQuery's.
        let by_time = self.time_partitioning.as_ref().map(|by| by.field.as_deref().unwrap_or("_PARTITIONTIME"));
        let by_range = self.range_partitioning.as_ref().and_then(|by| by.field.as_deref());
        if let Some(column) = by_time.or(by_range) {
            out.key(KeyKind::Partition, &[column]);
        }
        let list = |names: &[String], out: &mut TableWriter, kind: KeyKind| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            if !names.is_empty() {
                out.key(kind, &names);
            }
        };
        if let Some(clustering) = &self.clustering {
            list(&clustering.fields, out, KeyKind::Clustering);
        }
        let Some(constraints) = &self.table_constraints else { return };
        if let Some(key) = constraints.primary_key.as_ref().filter(|key| key.columns.iter().all(|name| own.contains(name.as_str()))) {
            list(&key.columns, out, KeyKind::Primary);
        }
        let foreign = constraints.foreign_keys.iter().map(|key| ForeignKey {
            columns: key.column_references.iter().map(|pair| pair.referencing_column.as_str()).collect(),
            namespace: Namespace::schema(&key.referenced_table.dataset_id),
            table: &key.referenced_table.table_id,
            references: key.column_references.iter().map(|pair| pair.referenced_column.as_str()).collect(),
        });
        out.foreign_keys(foreign.collect());
    }
}
