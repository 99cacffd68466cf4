//! Connections that many share: each of their statements stands for itself, and they go out one behind the other without waiting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;

use super::connect::Connector;
use super::doubt::Doubt;
use super::limits::READ;
use super::value::Value;
use crate::error::{Silence, StoreError};

/// A few connections for single statements.
#[derive(Debug)]
pub(super) struct Shared {
    connector: Connector,
    doubt: Doubt,
    slots: Vec<Slot>,
}

/// The place of one connection.
#[derive(Debug, Default)]
struct Slot {
    client: Mutex<Option<Arc<Pipelined>>>,
    /// One connects, the others wait for it.
    connecting: tokio::sync::Mutex<()>,
}

/// A connection, and who waits for what on it.
struct Pipelined {
    client: ClientWrapper,
    made: Instant,
    load: Mutex<Load>,
}

#[derive(Debug, Clone, Copy)]
struct Load {
    waiting: usize,
    /// When the last answer came.
    answered: Instant,
    /// When the first statement was sent of those since then that somebody gave up on.
    given_up: Option<Instant>,
}

/// A statement that was sent.
struct Waiting<'a> {
    on: &'a Pipelined,
    sent: Instant,
    answered: bool,
}

impl Shared {
    /// Places for `size` connections, which are made when they are needed.
    pub(super) fn new(connector: Connector, doubt: Doubt, size: usize) -> Self {
        Self { connector, doubt, slots: (0..size).map(|_| Slot::default()).collect() }
    }

    /// Whether there is any.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Runs a statement that may be sent again if its connection breaks.
    pub(super) async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let mut used = None;
        let work = async {
            let mut again = true;
            loop {
                let (client, sent) = (self.client().await?, Instant::now());
                used = Some((client.clone(), sent));
                let answer = client.query(sql, values).await;
                match answer {
                    Err(error) if error.is_closed() && again => again = false,
                    answer => return answer.map_err(StoreError::from),
                }
            }
        };
        let answer = tokio::time::timeout(READ, work).await.unwrap_or_else(|_| {
            let silence = if used.is_some() { Silence::Answer } else { Silence::Connect };
            Err(silence.into())
        });
        if let Err(error) = &answer {
            let silent = matches!(error, StoreError::Silent(Silence::Answer));
            // Behind a statement that takes its time others wait; that is no silence.
            let heard_nothing = used.is_some_and(|(client, sent)| client.load().answered <= sent);
            if (silent && heard_nothing) || error.is_failover() {
                self.doubt.all();
            }
        }
        answer
    }

    /// The connection with the fewest statements; a new one rather than one that is busy.
    async fn client(&self) -> Result<Arc<Pipelined>, StoreError> {
        let slot = self.slots.iter().min_by_key(|slot| self.load(slot)).ok_or(Silence::Place)?;
        if let Some(client) = self.usable(slot) {
            return Ok(client);
        }
        let _line = slot.connecting.lock().await;
        if let Some(client) = self.usable(slot) {
            return Ok(client);
        }
        let client = Arc::new(Pipelined::new(self.connector.connect().await?));
        *slot.client.lock().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
        Ok(client)
    }

    fn load(&self, slot: &Slot) -> usize {
        match self.usable(slot) {
            Some(client) => client.load().waiting * 2,
            None if slot.connecting.try_lock().is_ok() => 1,
            None => usize::MAX,
        }
    }

    fn usable(&self, slot: &Slot) -> Option<Arc<Pipelined>> {
        let client = slot.client.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let doubtful = self.connector.is_doubtful(&client.client, client.made);
        let silent = client.load().given_up.is_some_and(|since| since.elapsed() > READ);
        (!doubtful && !silent).then_some(client)
    }
}

impl Pipelined {
    fn new(client: ClientWrapper) -> Self {
        let made = Instant::now();
        Self { client, made, load: Mutex::new(Load { waiting: 0, answered: made, given_up: None }) }
    }

    async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
        let mut waiting = Waiting::new(self);
        let statement = self.client.prepare_cached(sql).await?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        let answer = self.client.query(&statement, &values).await;
        waiting.answered = true;
        answer
    }

    fn load(&self) -> Load {
        *self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Load)) {
        change(&mut self.load.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl std::fmt::Debug for Pipelined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pipelined").field("load", &self.load()).finish_non_exhaustive()
    }
}

impl<'a> Waiting<'a> {
    fn new(on: &'a Pipelined) -> Self {
        on.change(|load| load.waiting += 1);
        Self { on, sent: Instant::now(), answered: false }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.on.change(|load| {
            load.waiting -= 1;
            if self.answered {
                (load.answered, load.given_up) = (Instant::now(), None);
            } else {
                load.given_up.get_or_insert(self.sent);
            }
        });
    }
}
