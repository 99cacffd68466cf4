//! Relations and their keys, as `pg_class` and `pg_constraint` have them.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::introspect::get;
use crate::catalog::{CatalogBuilder, ForeignKey, Table, TableKind};
use crate::error::ConnectError;

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
        Table { schema: &self.schema, name: &self.name, kind: self.kind, comment: self.comment.as_deref(), row_estimate: self.row_estimate }
    }
}

/// Reads rows of (oid, schema, name, relkind, comment, reltuples).
pub(super) fn relations(rows: &[Row]) -> Result<HashMap<u32, Relation>, ConnectError> {
    let relation = |row: &Row| {
        let kind = match get::<&str>(row, 3)? {
            "v" => TableKind::View,
            "m" => TableKind::MaterializedView,
            "f" => TableKind::ForeignTable,
            _ => TableKind::Table,
        };
        // -1: never analyzed. A float is what the planner keeps; beyond 2⁶³ there is no table.
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        let row_estimate = get::<Option<f32>>(row, 5)?.filter(|n| *n >= 0.0).map(|n| n as i64);
        Ok((get(row, 0)?, Relation { schema: get(row, 1)?, name: get(row, 2)?, kind, comment: get(row, 4)?, row_estimate }))
    };
    rows.iter().map(relation).collect()
}

struct Constraint {
    primary: bool,
    columns: Vec<i16>,
    target: u32,
    references: Vec<i16>,
}

/// Primary and foreign keys of all relations.
pub(super) struct Keys {
    constraints: HashMap<u32, Vec<Constraint>>,
    /// Names of columns that foreign keys point to.
    names: HashMap<(u32, i16), String>,
}

impl Keys {
    /// From rows of (conrelid, contype, conkey, confrelid, confkey) and rows of (attrelid, attnum, attname).
    pub(super) fn new(constraints: &[Row], names: &[Row]) -> Result<Self, ConnectError> {
        let mut all: HashMap<u32, Vec<Constraint>> = HashMap::new();
        for row in constraints {
            let constraint = Constraint {
                primary: get::<&str>(row, 1)? == "p",
                columns: get::<Option<_>>(row, 2)?.unwrap_or_default(),
                target: get(row, 3)?,
                references: get::<Option<_>>(row, 4)?.unwrap_or_default(),
            };
            all.entry(get(row, 0)?).or_default().push(constraint);
        }
        let name = |row: &Row| Ok(((get(row, 0)?, get(row, 1)?), get(row, 2)?));
        Ok(Self { constraints: all, names: names.iter().map(name).collect::<Result<_, ConnectError>>()? })
    }

    /// Whether the relation has any, so that its column names are worth keeping.
    pub(super) fn has(&self, relation: u32) -> bool {
        self.constraints.contains_key(&relation)
    }

    /// Gives the keys of the relation that was read last to `out`. A key to a table that the user cannot see is left out.
    pub(super) fn write(&self, relation: u32, columns: &[(i16, String)], relations: &HashMap<u32, Relation>, out: &mut CatalogBuilder) {
        let here = |number: &i16| {
            let own = columns.iter().find(|(n, _)| n == number).map(|(_, name)| name.as_str());
            own.or_else(|| self.names.get(&(relation, *number)).map(String::as_str))
        };
        let mut foreign = Vec::new();
        for constraint in self.constraints.get(&relation).into_iter().flatten() {
            let Some(columns) = constraint.columns.iter().map(here).collect::<Option<Vec<_>>>() else { continue };
            if constraint.primary {
                out.primary_key(&columns);
                continue;
            }
            let there = |number: &i16| self.names.get(&(constraint.target, *number)).map(String::as_str);
            let references = constraint.references.iter().map(there).collect::<Option<Vec<_>>>();
            if let (Some(target), Some(references)) = (relations.get(&constraint.target), references) {
                foreign.push(ForeignKey { columns, schema: &target.schema, table: &target.name, references });
            }
        }
        out.foreign_keys(foreign);
    }
}
