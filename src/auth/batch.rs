//! Tokens looked up together: however many are guessed, the store is asked a few times a second.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use store::{Hash, Store, StoreError, Token};
use tokio::sync::oneshot;

/// How long tokens gather before they are looked up.
const GATHER: Duration = Duration::from_millis(100);

type Found = Result<Option<Token>, Arc<StoreError>>;

/// Those who wait for the next batch.
type Waiting = Arc<Mutex<Vec<(Hash, oneshot::Sender<Found>)>>>;

/// Looks tokens up in batches.
pub(super) struct Batch {
    store: Arc<dyn Store>,
    waiting: Waiting,
}

impl Batch {
    /// Batches of look-ups in `store`.
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, waiting: Arc::default() }
    }

    /// The token of a hash, found with the next batch.
    pub(super) async fn token(&self, hash: Hash) -> Found {
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.lock().expect("no panic under this lock");
            waiting.push((hash, answer));
            waiting.len() == 1
        };
        if first {
            // Not the first one's own work: it may be given up, and the others wait all the same.
            tokio::spawn(look_up(self.store.clone(), self.waiting.clone()));
        }
        // Nobody answers when the server ends.
        answered.await.unwrap_or(Ok(None))
    }
}

async fn look_up(store: Arc<dyn Store>, waiting: Waiting) {
    tokio::time::sleep(GATHER).await;
    let mut batch = std::mem::take(&mut *waiting.lock().expect("no panic under this lock"));
    batch.retain(|(_, answer)| !answer.is_closed());
    let hashes: Vec<_> = batch.iter().map(|(hash, _)| *hash).collect();
    let found = store.tokens_of(&hashes).await.map_err(Arc::new);
    for (hash, answer) in batch {
        let token = found.as_ref().map(|all| all.iter().find(|(known, _)| *known == hash).map(|(_, token)| token.clone()));
        // Whoever asked may have gone.
        let _ = answer.send(token.map_err(Clone::clone));
    }
}
