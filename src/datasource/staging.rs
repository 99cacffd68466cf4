//! A schema on its way into the store: definitions are staged in batches while the source is still being read.

use std::collections::HashSet;
use std::sync::Arc;

use catalog::TableDefinition;
use sha2::{Digest, Sha256};
use store::{Catalog, Definition, Hash, Store, StoreError, TableEntry, Tenant};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock;

/// A batch goes out when it has this many definitions or this many bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 1 << 20;

/// The tables of a schema, staged as they come.
pub(super) struct Staging {
    store: Arc<dyn Store>,
    tenant: Tenant,
    uuid: Uuid,
    tables: Vec<TableEntry>,
    staged: HashSet<Hash>,
    batch: Vec<Definition>,
    bytes: usize,
    running: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Staging {
    /// Nothing yet, for the datasource `uuid`.
    pub(super) fn new(store: Arc<dyn Store>, tenant: Tenant, uuid: Uuid) -> Self {
        Self { store, tenant, uuid, tables: Vec::new(), staged: HashSet::new(), batch: Vec::new(), bytes: 0, running: None }
    }

    /// Takes a table. Definitions whose hash is among `known` are in the store already.
    pub(super) async fn add(&mut self, table: TableDefinition, known: &HashSet<Hash>) -> Result<(), StoreError> {
        self.tables.push(TableEntry {
            schema: table.schema,
            table: table.name,
            kind: table.kind.as_str().to_owned(),
            hash: table.hash,
            columns: i32::try_from(table.columns).unwrap_or(i32::MAX),
            row_estimate: table.row_estimate,
        });
        // A source that lists a table twice would give the same definition twice.
        if known.contains(&table.hash) || !self.staged.insert(table.hash) {
            return Ok(());
        }
        self.bytes += table.body.len();
        self.batch.push(Definition { hash: table.hash, body: table.body });
        if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush().await } else { Ok(()) }
    }

    /// Waits until all is staged; the whole schema.
    pub(super) async fn finish(mut self, read: &catalog::Catalog) -> Result<Catalog, StoreError> {
        if !self.batch.is_empty() {
            self.flush().await?;
        }
        self.wait().await?;
        let mut tables = self.tables;
        tables.sort_by(|a, b| (&a.schema, &a.table).cmp(&(&b.schema, &b.table)));
        // A source that lists a table twice is inconsistent; the first one stands.
        tables.dedup_by(|a, b| a.schema == b.schema && a.table == b.table);
        let summary = serde_json::to_string(read).expect("strings and numbers");
        Ok(Catalog { root: root(&summary, &tables), summary, tables })
    }

    /// Sends the batch off; one is written while the next is filled.
    async fn flush(&mut self) -> Result<(), StoreError> {
        self.wait().await?;
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        let (store, tenant, uuid) = (self.store.clone(), self.tenant, self.uuid);
        self.running = Some(tokio::spawn(async move { store.stage(tenant, uuid, &batch, clock::now()).await }));
        Ok(())
    }

    async fn wait(&mut self) -> Result<(), StoreError> {
        match self.running.take() {
            None => Ok(()),
            Some(running) => running.await.unwrap_or(Err(StoreError::Damaged("staging panicked"))),
        }
    }
}

/// The hash of a whole schema: equal if and only if every table, every schema and every mark of a cap is equal.
fn root(summary: &str, tables: &[TableEntry]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(summary);
    for table in tables {
        // A definition holds its schema's and its table's name.
        hasher.update(table.hash);
    }
    hasher.finalize().into()
}
