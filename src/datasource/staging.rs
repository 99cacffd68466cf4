//! A schema on its way into the store: definitions are staged in batches while the source is still being read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use catalog::TableDefinition;
use sha2::{Digest, Sha256};
use store::{Catalog, Definition, Hash, Packed, Store, StoreError, TableEntry, Tenant};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::lease::Lease;
use crate::app::{App, StagingLimits};
use crate::clock;

/// A batch goes out when it has this many definitions or this many bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 1 << 20;

/// A batch on its way, and the lease under which it goes.
type Running = JoinHandle<(Option<Lease>, Result<(), StoreError>)>;

/// The tables of a schema, staged as they come. Dropped, it takes back what it staged.
pub(super) struct Staging {
    store: Arc<dyn Store>,
    tenant: Tenant,
    uuid: Uuid,
    limits: StagingLimits,
    tables: Vec<TableEntry>,
    seen: HashMap<String, HashSet<String>>,
    staged: HashSet<Hash>,
    batch: Vec<Definition>,
    bytes: usize,
    /// None as long as nothing was staged.
    lease: Option<Lease>,
    running: Option<Running>,
}

impl Staging {
    /// Nothing yet, for the datasource `uuid`.
    pub(super) fn new(app: &App, tenant: Tenant, uuid: Uuid) -> Self {
        let (store, limits) = (app.store.clone(), app.staging);
        let (tables, seen, staged, batch) = (Vec::new(), HashMap::new(), HashSet::new(), Vec::new());
        Self { store, tenant, uuid, limits, tables, seen, staged, batch, bytes: 0, lease: None, running: None }
    }

    /// All tables will come anew. What of them is staged already stays so.
    pub(super) fn restart(&mut self) {
        self.tables.clear();
        self.seen.clear();
    }

    /// Takes a table. Definitions whose hash is among `known` are in the store already.
    pub(super) async fn add(&mut self, table: TableDefinition, known: &HashSet<Hash>) -> Result<(), StoreError> {
        // A source that lists a table twice is inconsistent; the first one stands.
        if !self.is_first(&table) {
            return Ok(());
        }
        let sample = table.sample.as_ref().map(|sample| serde_json::to_string(sample).expect("words and numbers"));
        self.tables.push(TableEntry {
            schema: table.schema,
            table: table.name,
            kind: table.kind.as_str().to_owned(),
            hash: table.hash,
            columns: i32::try_from(table.columns).unwrap_or(i32::MAX),
            row_estimate: table.row_estimate,
            sample: sample.map(|sample| Packed::new(&sample)).transpose()?,
        });
        if known.contains(&table.hash) || !self.staged.insert(table.hash) {
            return Ok(());
        }
        self.bytes += table.body.len();
        self.batch.push(Definition { hash: table.hash, body: table.body });
        if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush().await } else { Ok(()) }
    }

    fn is_first(&mut self, table: &TableDefinition) -> bool {
        match self.seen.get_mut(&table.schema) {
            Some(names) => names.insert(table.name.clone()),
            None => self.seen.insert(table.schema.clone(), HashSet::from([table.name.clone()])).is_none(),
        }
    }

    /// Waits until all is staged; the whole schema, and the lease that holds it until it is written.
    pub(super) async fn finish(&mut self, read: &catalog::Catalog) -> Result<(Catalog, Option<Lease>), StoreError> {
        if !self.batch.is_empty() {
            self.flush().await?;
        }
        self.wait().await?;
        let mut tables = std::mem::take(&mut self.tables);
        tables.sort_by(|a, b| (&a.schema, &a.table).cmp(&(&b.schema, &b.table)));
        let summary = serde_json::to_string(read).expect("strings and numbers");
        let lease = self.lease.take();
        Ok((Catalog { staged: lease.as_ref().map(Lease::id), root: root(&summary, &tables), summary, tables }, lease))
    }

    /// Takes back what was staged, and waits for that.
    pub(super) async fn abandon(mut self) {
        // Why it failed is known by now, or does not matter.
        let _ = self.wait().await;
        if let Some(lease) = self.lease.take() {
            lease.leave().await;
        }
    }

    /// Sends the batch off; one is written while the next is filled.
    async fn flush(&mut self) -> Result<(), StoreError> {
        self.wait().await?;
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        let (store, tenant, uuid, limits, lease) = (self.store.clone(), self.tenant, self.uuid, self.limits, self.lease.take());
        // The lease goes with the batch: if nobody waits any more, it is given back when the batch has been written.
        self.running = Some(tokio::spawn(async move {
            let lease = match lease {
                Some(lease) => lease,
                None => match Lease::open(store.clone(), tenant, uuid, limits).await {
                    Ok(lease) => lease,
                    Err(error) => return (None, Err(error)),
                },
            };
            let done = store.stage(tenant, lease.id(), &batch, limits.bytes, clock::now()).await;
            (Some(lease), done)
        }));
        Ok(())
    }

    async fn wait(&mut self) -> Result<(), StoreError> {
        let Some(running) = &mut self.running else { return Ok(()) };
        let (lease, done) = running.await.unwrap_or((None, Err(StoreError::Damaged("staging panicked"))));
        self.running = None;
        self.lease = lease;
        done
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
