//! Relations and their keys, as `pg_class` and `pg_constraint` have them.

use std::borrow::Cow;
use std::collections::HashMap;

use catalog::{ForeignKey, Table, TableKind, TableWriter};
use tokio_postgres::Row;

use crate::error::ConnectError;
use crate::kinds::postgres::rows::{get, maybe_text, text};

/// One relation, columns apart.
pub(super) struct Relation {
    pub(super) schema: String,
    pub(super) name: String,
    kind: TableKind,
    comment: Option<String>,
    row_estimate: Option<i64>,
}

impl Relation {
    pub(super) fn head(&self) -> Table<'_> {
        let Self { schema, name, kind, comment, row_estimate } = self;
        Table { comment: comment.as_deref(), row_estimate: *row_estimate, ..Table::new(schema.as_str(), name, *kind) }
    }
}

/// Reads a row of (oid, schema, name, relkind, comment, reltuples).
pub(super) fn relation(row: &Row) -> Result<(u32, Relation), ConnectError> {
    let kind = match &*text(row, 3)? {
        "v" => TableKind::View,
        "m" => TableKind::MaterializedView,
        "f" => TableKind::ForeignTable,
        _ => TableKind::Table,
    };
    // -1: never analyzed. A float is what the planner keeps; beyond 2⁶³ there is no table.
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    let row_estimate = get::<Option<f32>>(row, 5)?.filter(|n| *n >= 0.0).map(|n| n as i64);
    let (schema, name) = (text(row, 1)?.into_owned(), text(row, 2)?.into_owned());
    Ok((get(row, 0)?, Relation { schema, name, kind, comment: maybe_text(row, 4)?.map(Cow::into_owned), row_estimate }))
}

struct Constraint {
    primary: bool,
    columns: Vec<i16>,
    target: u32,
    references: Vec<i16>,
}

/// The constraints of all relations, by relation.
#[derive(Default)]
pub(super) struct Constraints(HashMap<u32, Vec<Constraint>>);

impl Constraints {
    /// Takes a row of (conrelid, contype, conkey, confrelid, confkey).
    pub(super) fn take(&mut self, row: &Row) -> Result<(), ConnectError> {
        let constraint = Constraint {
            primary: get::<&str>(row, 1)? == "p",
            columns: get::<Option<_>>(row, 2)?.unwrap_or_default(),
            target: get(row, 3)?,
            references: get::<Option<_>>(row, 4)?.unwrap_or_default(),
        };
        self.0.entry(get(row, 0)?).or_default().push(constraint);
        Ok(())
    }
}

/// Names of the columns that keys name by number.
#[derive(Default)]
pub(super) struct KeyColumns(HashMap<(u32, i16), String>);

impl KeyColumns {
    /// Takes a row of (attrelid, attnum, attname).
    pub(super) fn take(&mut self, row: &Row) -> Result<(), ConnectError> {
        self.0.insert((get(row, 0)?, get(row, 1)?), text(row, 2)?.into_owned());
        Ok(())
    }

    /// Forgets all columns but those that `keep` tells by relation and number.
    pub(super) fn retain(&mut self, keep: impl Fn((u32, i16)) -> bool) {
        self.0.retain(|column, _| keep(*column));
    }
}

/// Primary and foreign keys of all relations.
pub(super) struct Keys {
    pub(super) constraints: Constraints,
    pub(super) names: KeyColumns,
}

impl Keys {
    /// Whether the relation has any, so that its column names are worth keeping.
    pub(super) fn has(&self, relation: u32) -> bool {
        self.constraints.0.contains_key(&relation)
    }

    /// Gives the keys of a relation to its table. A key to a table that the user cannot see is left out.
    pub(super) fn write(&self, relation: u32, columns: &[(i16, String)], relations: &HashMap<u32, Relation>, out: &mut TableWriter) {
        let here = |number: &i16| {
            let own = columns.iter().find(|(n, _)| n == number).map(|(_, name)| name.as_str());
            own.or_else(|| self.names.0.get(&(relation, *number)).map(String::as_str))
        };
        let mut foreign = Vec::new();
        for constraint in self.constraints.0.get(&relation).into_iter().flatten() {
            let Some(columns) = constraint.columns.iter().map(here).collect::<Option<Vec<_>>>() else { continue };
            if constraint.primary {
                out.primary_key(&columns);
                continue;
            }
            let there = |number: &i16| self.names.0.get(&(constraint.target, *number)).map(String::as_str);
            let references = constraint.references.iter().map(there).collect::<Option<Vec<_>>>();
            if let (Some(target), Some(references)) = (relations.get(&constraint.target), references) {
                foreign.push(ForeignKey { columns, namespace: target.schema.as_str().into(), table: &target.name, references });
            }
        }
        out.foreign_keys(foreign);
    }
}
