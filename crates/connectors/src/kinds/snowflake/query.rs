//! A statement: sent once, waited for, its rows read from the answer and from chunks.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::chunk::Chunks;
use super::error::of_statement;
use super::protocol::{Answer, Data};
use super::reader::ChunkRows;
use super::session::Session;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::Row;

/// How often a statement that runs is asked about: the server waits for it, for most of a minute, before it answers.
const POLLS: u32 = 500;

/// A statement with rows.
pub(super) struct Statement<'a> {
    session: &'a Session,
    columns: Vec<String>,
    /// How many rows there are in all.
    pub(super) total: usize,
    rows: std::vec::IntoIter<Row>,
    chunk: Option<ChunkRows>,
    chunks: Chunks,
}

impl<'a> Statement<'a> {
    /// Runs `sql`.
    pub(super) async fn run(session: &'a mut Session, sql: &str) -> Result<Self, ConnectError> {
        let data = execute(session, sql).await?;
        if data.query_result_format.as_deref().is_some_and(|format| format != "json") {
            return Err(K::Protocol.into());
        }
        let rows = data.rowset.unwrap_or_default();
        let total = data.total.and_then(|total| total.number()).and_then(|n| usize::try_from(n).ok()).unwrap_or(rows.len());
        let columns = data.rowtype.unwrap_or_default().into_iter().map(|column| column.name.to_ascii_lowercase()).collect();
        let chunks = Chunks::new(data.chunks.unwrap_or_default(), data.chunk_headers, data.qrmk)?;
        Ok(Self { session, columns, total, rows: rows.into_iter(), chunk: None, chunks })
    }

    /// The next row, if there is one.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, ConnectError> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            if let Some(chunk) = &mut self.chunk
                && let Some(row) = chunk.next()?
            {
                return Ok(Some(row));
            }
            self.chunk = self.chunks.next(self.session.way()).await?;
            if self.chunk.is_none() {
                return Ok(None);
            }
        }
    }

    /// Where a column stands: what SHOW prints has grown with the years, and columns moved.
    pub(super) fn position(&self, column: &str) -> usize {
        self.columns.iter().position(|known| known == column).unwrap_or(usize::MAX)
    }

    /// Where several columns stand.
    pub(super) fn positions<const N: usize>(&self, columns: [&str; N]) -> [usize; N] {
        columns.map(|column| self.position(column))
    }
}

/// Runs a statement whose rows do not matter.
pub(super) async fn execute(session: &mut Session, sql: &str) -> Result<Data, ConnectError> {
    let id = Uuid::new_v4();
    session.running = Some(id);
    let body = json!({"sqlText": sql, "asyncExec": false, "sequenceId": 1, "isInternal": false});
    let mut answer = session.ask(Method::POST, &format!("/queries/v1/query-request?requestId={id}"), &body).await?;
    let mut polls = 0;
    while is_running(&answer) {
        polls += 1;
        let url = answer.data.and_then(|data| data.get_result_url).ok_or(K::Protocol)?;
        if polls > POLLS {
            return Err(K::TooMuch.into());
        }
        // A server that does not wait before it answers shall not make us run.
        tokio::time::sleep(Duration::from_millis(u64::from(polls.min(20)) * 25)).await;
        let path = session.follow(&url)?;
        answer = session.ask(Method::GET, &path, &Value::Null).await?;
    }
    session.running = None;
    if !answer.success {
        return Err(of_statement(&answer.number()));
    }
    answer.data.ok_or_else(|| K::Protocol.into())
}

fn is_running(answer: &Answer) -> bool {
    matches!(answer.number().as_str(), "333333" | "333334")
}

/// A name in SQL, as it is written.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL, where a backslash escapes.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts() {
        assert_eq!(name("Odd \"name\""), "\"Odd \"\"name\"\"\"");
        assert_eq!(text(r"it's a \"), r"'it''s a \\'");
    }
}
