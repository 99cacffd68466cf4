//! Schema trees: the tables of one schema, under a hash of their definitions.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::model::TableEntry;
use crate::backend::{Column, Rows, Session, Value};
use crate::error::StoreError;
use crate::model::Hash;

static TREES: Rows =
    Rows { table: "schema_tree", columns: &[("id", Column::Uuid), ("datasource", Column::Uuid), ("hash", Column::Bytes)], conflict: None };

static NAMED: Rows = Rows {
    table: "snapshot_schema",
    columns: &[("snapshot", Column::Uuid), ("schema_name", Column::Text), ("tree", Column::Uuid)],
    conflict: None,
};

const ENTRY: &[(&str, Column)] = &[
    ("tree", Column::Uuid),
    ("table_name", Column::Text),
    ("kind", Column::Text),
    ("hash", Column::Bytes),
    ("columns", Column::Int),
    ("row_estimate", Column::Big),
    ("sample", Column::Bytes),
];

static ENTRIES: Rows = Rows { table: "tree_entry", columns: ENTRY, conflict: None };

static ESTIMATES: Rows = Rows {
    table: "tree_entry",
    columns: ENTRY,
    conflict: Some(
        "on conflict (tree, table_name) do update set row_estimate = excluded.row_estimate, sample = excluded.sample \
         where tree_entry.row_estimate is distinct from excluded.row_estimate or tree_entry.sample is distinct from excluded.sample",
    ),
};

fn entry(tree: Uuid, entry: &TableEntry) -> [Value<'_>; 7] {
    let (estimate, sample) = (Value::maybe(entry.row_estimate), Value::maybe(entry.sample.as_ref().map(|sample| &sample.0)));
    [tree.into(), (&entry.table).into(), (&entry.kind).into(), (&entry.hash).into(), entry.columns.into(), estimate, sample]
}

/// A schema with tables.
struct Tree<'a> {
    schema: &'a str,
    hash: Hash,
    entries: Vec<&'a TableEntry>,
}

/// The trees of a list of tables.
fn trees(tables: &[TableEntry]) -> Vec<Tree<'_>> {
    let mut sorted: Vec<&TableEntry> = tables.iter().collect();
    sorted.sort_by(|a, b| (&a.schema, &a.table).cmp(&(&b.schema, &b.table)));
    let tree = |entries: &[&'_ TableEntry]| {
        let mut hasher = Sha256::new();
        for entry in entries {
            hasher.update((entry.table.len() as u64).to_be_bytes());
            hasher.update(&entry.table);
            hasher.update(entry.hash);
        }
        hasher.finalize().into()
    };
    let schemas = sorted.chunk_by(|a, b| a.schema == b.schema);
    schemas.map(|entries| Tree { schema: &entries[0].schema, hash: tree(entries), entries: entries.to_vec() }).collect()
}

/// The datasource's trees by hash. Its row must be locked by the transaction: then nobody else writes any.
async fn known(tx: &mut dyn Session, datasource: Uuid) -> Result<HashMap<Hash, Uuid>, StoreError> {
    let rows = tx.query("select hash, id from schema_tree where datasource = $1", &[datasource.into()]).await?;
    rows.iter().map(|row| Ok((row.hash(0)?, row.uuid(1)?))).collect()
}

/// Writes the trees that are not there yet, and names them all in the snapshot; whether some were there.
pub(crate) async fn write_trees(tx: &mut dyn Session, datasource: Uuid, snapshot: Uuid, tables: &[TableEntry]) -> Result<bool, StoreError> {
    let trees = trees(tables);
    let mut known = known(tx, datasource).await?;
    let (mut new, mut entries, mut named, mut shared) = (Vec::new(), Vec::new(), Vec::new(), false);
    for tree in &trees {
        let stored = known.get(&tree.hash).copied();
        shared |= stored.is_some();
        let id = stored.unwrap_or_else(Uuid::new_v4);
        if stored.is_none() {
            known.insert(tree.hash, id);
            let row: [Value<'_>; 3] = [id.into(), datasource.into(), (&tree.hash).into()];
            new.extend(row);
            entries.extend(tree.entries.iter().flat_map(|table| entry(id, table)));
        }
        let row: [Value<'_>; 3] = [snapshot.into(), tree.schema.into(), id.into()];
        named.extend(row);
    }
    tx.insert(&TREES, &new).await?;
    tx.insert(&ENTRIES, &entries).await?;
    tx.insert(&NAMED, &named).await?;
    Ok(shared)
}

/// Brings the row estimates and the samples of trees that are there up to date; nothing else of a tree ever changes.
pub(crate) async fn refresh_estimates(tx: &mut dyn Session, datasource: Uuid, tables: &[TableEntry]) -> Result<(), StoreError> {
    let sql = "select e.tree, e.table_name, e.row_estimate from schema_tree t join tree_entry e on e.tree = t.id where t.datasource = $1";
    let mut stored = HashSet::new();
    for row in tx.query(sql, &[datasource.into()]).await? {
        stored.insert((row.uuid(0)?, row.text(1)?, row.maybe_big(2)?));
    }
    let known = known(tx, datasource).await?;
    let trees = trees(tables);
    let mut changed = Vec::new();
    for tree in &trees {
        // A schema that is still stored as 0.1.0 did has no tree: its estimates wait for the next sync.
        let Some(id) = known.get(&tree.hash) else { continue };
        for table in &tree.entries {
            // Whether a sample is another one is seen by the database, without fetching it.
            if table.sample.is_some() || !stored.contains(&(*id, table.table.clone(), table.row_estimate)) {
                changed.extend(entry(*id, table));
            }
        }
    }
    tx.insert(&ESTIMATES, &changed).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str, hash: u8, rows: i64) -> TableEntry {
        TableEntry {
            schema: schema.into(),
            table: name.into(),
            kind: "table".into(),
            hash: [hash; 32],
            columns: 1,
            row_estimate: Some(rows),
            sample: None,
        }
    }

    fn hashes(tables: &[TableEntry]) -> Vec<(String, Hash)> {
        trees(tables).into_iter().map(|tree| (tree.schema.to_owned(), tree.hash)).collect()
    }

    #[test]
    fn a_tree_is_its_tables_in_any_order() {
        let (a, b, other) = (table("s", "a", 1, 1), table("s", "b", 2, 1), table("r", "a", 3, 1));
        let all = hashes(&[b.clone(), other.clone(), a.clone()]);
        assert_eq!(all, hashes(&[other.clone(), a.clone(), b.clone()]));
        assert_eq!(all.iter().map(|(schema, _)| schema.as_str()).collect::<Vec<_>>(), ["r", "s"]);
        assert_eq!(hashes(&[other.clone(), table("s", "a", 1, 9), b.clone()]), all, "row estimates are no part of it");
        for changed in [table("s", "a", 9, 1), table("s", "c", 1, 1)] {
            let after = hashes(&[other.clone(), changed, b.clone()]);
            assert_eq!(after[0], all[0]);
            assert_ne!(after[1], all[1]);
        }
    }
}
