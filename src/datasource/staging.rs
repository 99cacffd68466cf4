//! From the prober's stream into the store: definitions are staged in batches while the source is still being read.

use std::collections::HashSet;
use std::sync::Arc;

use connectors::ConnectError;
use sha2::{Digest, Sha256};
use store::{Catalog, Definition, Hash, Store, StoreError, TableEntry, Tenant};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock;
use crate::probe::Probe;

/// A batch goes out when it has this many definitions or this many bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 1 << 20;

/// Why a schema did not get into the store.
#[derive(Debug, thiserror::Error)]
pub(super) enum IngestError {
    /// The source failed.
    #[error("{0}")]
    Source(ConnectError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the schema to its end. Definitions whose hash is among `known` are in the store already.
pub(super) async fn ingest(
    store: &Arc<dyn Store>,
    tenant: Tenant,
    uuid: Uuid,
    known: &HashSet<Hash>,
    mut probe: Probe,
) -> Result<Catalog, IngestError> {
    let mut tables = Vec::new();
    let mut stage = Stage { store, tenant, uuid, batch: Vec::new(), bytes: 0, running: None };
    let mut staged = HashSet::new();
    while let Some(table) = probe.table().await {
        // A source that lists a table twice would give the same definition twice.
        if !known.contains(&table.hash) && staged.insert(table.hash) {
            stage.add(Definition { hash: table.hash, body: table.body }).await?;
        }
        tables.push(TableEntry {
            schema: table.schema,
            table: table.name,
            kind: table.kind.as_str().to_owned(),
            hash: table.hash,
            columns: i32::try_from(table.columns).unwrap_or(i32::MAX),
            row_estimate: table.row_estimate,
        });
    }
    let catalog = probe.read().await.map_err(IngestError::Source)?;
    stage.finish().await?;
    tables.sort_by(|a, b| (&a.schema, &a.table).cmp(&(&b.schema, &b.table)));
    // A source that lists a table twice is inconsistent; the first one stands.
    tables.dedup_by(|a, b| a.schema == b.schema && a.table == b.table);
    let summary = serde_json::to_string(&catalog).expect("strings and numbers");
    Ok(Catalog { root: root(&summary, &tables), summary, tables })
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

struct Stage<'a> {
    store: &'a Arc<dyn Store>,
    tenant: Tenant,
    uuid: Uuid,
    batch: Vec<Definition>,
    bytes: usize,
    running: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Stage<'_> {
    async fn add(&mut self, definition: Definition) -> Result<(), StoreError> {
        self.bytes += definition.body.len();
        self.batch.push(definition);
        if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush().await } else { Ok(()) }
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

    async fn finish(mut self) -> Result<(), StoreError> {
        if !self.batch.is_empty() {
            self.flush().await?;
        }
        self.wait().await
    }
}
