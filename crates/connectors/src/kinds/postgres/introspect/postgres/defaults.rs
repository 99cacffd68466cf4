//! Defaults: the one thing that is printed by opening its table, and so the one that a locked table keeps waiting.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use catalog::{CatalogWriter, Hold, Note, NoteCode, Partial};
use tokio_postgres::Client;

use super::statements::{LOCKED, defaults};
use crate::error::{ConnectError, ConnectErrorKind};
use crate::kinds::postgres::error::map;
use crate::kinds::postgres::rows::{each, get, maybe_text};

/// The expressions of all defaults, by relation and column.
#[derive(Default)]
pub(super) struct Defaults {
    all: HashMap<(u32, i16), Arc<str>>,
    /// Texts of which each is kept once: tables repeat their defaults.
    texts: HashSet<Arc<str>>,
    /// Relations whose defaults are missing.
    pub(super) locked: HashSet<u32>,
}

impl Defaults {
    /// Reads them. What locked tables keep back is left out; if nothing can be read, so is everything.
    pub(super) async fn read(client: &Client, major: u32, held: &Hold, out: &mut CatalogWriter) -> Result<Self, ConnectError> {
        let mut this = Self::default();
        // Sent together, answered one after the other.
        let savepoint = async { client.batch_execute("savepoint defaults").await.map_err(|e| map(&e)) };
        let first = tokio::join!(savepoint, this.ask(client, major, held));
        first.0?;
        if is_sound(first.1)? {
            return Ok(this);
        }
        this = Self::default();
        let back = || async { client.batch_execute("rollback to savepoint defaults").await.map_err(|e| map(&e)) };
        back().await?;
        out.left_out(Partial::Defaults);
        each(client, held, LOCKED, |row| {
            this.locked.insert(get(row, 0)?);
            Ok(())
        })
        .await?;
        if is_sound(this.ask(client, major, held).await)? {
            return Ok(this);
        }
        back().await?;
        out.note(Note::new(
            NoteCode::DefaultsUnreadable,
            "pg_attrdef",
            "the defaults of all tables are left out: the server could not print them",
        ));
        Ok(Self::default())
    }

    async fn ask(&mut self, client: &Client, major: u32, held: &Hold) -> Result<(), ConnectError> {
        let without: Vec<u32> = self.locked.iter().copied().collect();
        each(client, held, &defaults(major, &without), |row| {
            if let Some(text) = maybe_text(row, 2)? {
                let text = self.shared(&text);
                self.all.insert((get(row, 0)?, get(row, 1)?), text);
            }
            Ok(())
        })
        .await
    }

    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let new = Arc::<str>::from(text);
        self.texts.insert(new.clone());
        new
    }

    /// The default of a column.
    pub(super) fn of(&self, relation: u32, column: i16) -> Option<&str> {
        self.all.get(&(relation, column)).map(|text| &**text)
    }
}

/// False if the server refused in words of its own, with the connection as good as before.
fn is_sound(asked: Result<(), ConnectError>) -> Result<bool, ConnectError> {
    match asked {
        Ok(()) => Ok(true),
        Err(error) if error.server_code.is_some() && !matches!(error.kind, ConnectErrorKind::TimedOut | ConnectErrorKind::NotReady) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
