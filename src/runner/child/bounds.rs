//! What a job may send back: what its own limits let through, and not more, whatever the driver has become.

use catalog::Limits;
use connectors::Event;

/// Definitions end at their cap, and the last one may lie beyond it.
const BEYOND: usize = 64 << 20;

/// No column takes less of a definition.
const COLUMN_BYTES: usize = 64;

/// What may still come.
pub(super) struct Bounds {
    tables: usize,
    bytes: usize,
}

impl Bounds {
    pub(super) fn new(limits: Limits) -> Self {
        Self { tables: limits.tables.saturating_add(limits.partitions()), bytes: limits.catalog_bytes.saturating_add(BEYOND) }
    }

    /// Whether an event is within them.
    pub(super) fn hold(&mut self, event: &Event) -> bool {
        let Event::Table(table) = event else { return true };
        // A sample tells of columns that the definition has.
        if table.sample.as_ref().is_some_and(|sample| sample.fields.len() > table.body.len() / COLUMN_BYTES) {
            return false;
        }
        let bytes = table.body.len() + table.name.len() + table.schema.len();
        let left = self.tables.checked_sub(1).zip(self.bytes.checked_sub(bytes));
        left.map(|(tables, bytes)| *self = Self { tables, bytes }).is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use catalog::{FieldSample, Sample, Seen, TableDefinition, TableKind};

    use super::*;

    #[test]
    fn r6_more_than_was_asked_for() {
        let table = |bytes: usize| {
            let (catalog, schema, name, body) = (None, String::new(), String::new(), "x".repeat(bytes));
            let (kind, hash) = (TableKind::Table, [0; 32]);
            Event::Table(TableDefinition { catalog, schema, name, kind, hash, body, columns: 0, row_estimate: None, sample: None })
        };
        let limits = Limits { tables: 2, ..Limits::default() };
        let mut bounds = Bounds::new(limits);
        assert!((0..limits.tables + limits.partitions()).all(|_| bounds.hold(&table(1))) && bounds.hold(&Event::Done(None)));
        assert!(!bounds.hold(&table(1)));
        let mut bounds = Bounds::new(Limits { catalog_bytes: 1, ..Limits::default() });
        assert!(bounds.hold(&table(BEYOND)) && !bounds.hold(&table(2)));
        let sampled = |fields: u32, bytes| {
            let Event::Table(mut table) = table(bytes) else { unreachable!() };
            let field = |position| FieldSample { position, seen: Seen { present: 1, types: BTreeMap::new() } };
            table.sample = Some(Sample { rows: 1, fields: (0..fields).map(field).collect() });
            Event::Table(table)
        };
        let mut bounds = Bounds::new(Limits::default());
        assert!(bounds.hold(&sampled(2, 140)) && !bounds.hold(&sampled(3, 140)));
    }
}
