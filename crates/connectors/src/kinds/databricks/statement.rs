//! A statement at a SQL warehouse: sent once, asked after until it has ended, cancelled if it is given up.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::error::{Failure, of_statement};
use super::waking::Waking;
use super::workspace::Workspace;
use crate::error::{ConnectError, ConnectErrorKind as K};

/// How long is waited before a statement is asked after again: first, and at most.
const PAUSE: (u64, u64) = (25, 1_000);

/// Cells of a row, as text.
pub(super) type Row = Vec<Option<Box<str>>>;

#[derive(Deserialize)]
struct Answer {
    statement_id: String,
    status: Status,
    #[serde(default)]
    result: Option<Chunk>,
}

#[derive(Deserialize)]
struct Status {
    state: String,
    #[serde(default)]
    error: Option<Failure>,
}

/// A part of a result.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    data_array: Vec<Row>,
    #[serde(default)]
    next_chunk_internal_link: Option<String>,
}

/// A statement that was sent.
pub(super) struct Statement<'a> {
    workspace: &'a mut Workspace,
    path: String,
    /// Whether the server is done with it.
    ended: bool,
    chunk: Option<Chunk>,
}

impl<'a> Statement<'a> {
    /// Runs `sql`. Whoever wants to know why it waits for its warehouse gives a `waking`.
    pub(super) async fn run(
        workspace: &'a mut Workspace,
        warehouse: &str,
        sql: &str,
        mut waking: Option<&mut Waking>,
    ) -> Result<Self, ConnectError> {
        // No wait at the server: what a warehouse does meanwhile can be asked.
        let body =
            json!({"warehouse_id": warehouse, "statement": sql, "wait_timeout": "0s", "disposition": "INLINE", "format": "JSON_ARRAY"});
        let mut answer: Answer = workspace.post("/api/2.0/sql/statements", &body).await?;
        // It is a part of paths from here on.
        if answer.statement_id.is_empty() || !answer.statement_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(K::Protocol.into());
        }
        let path = format!("/api/2.0/sql/statements/{}", answer.statement_id);
        let mut this = Self { workspace, path, ended: false, chunk: None };
        let mut pause = PAUSE.0;
        loop {
            match answer.status.state.as_str() {
                "SUCCEEDED" => break,
                state @ ("PENDING" | "RUNNING") => {
                    if state == "PENDING"
                        && pause > PAUSE.0
                        && let Some(waking) = &mut waking
                    {
                        waking.look(this.workspace, warehouse).await?;
                    }
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    pause = (pause * 2).min(PAUSE.1);
                    answer = this.workspace.get(&this.path).await?;
                }
                state => {
                    this.ended = true;
                    return Err(of_statement(state, answer.status.error.as_ref()));
                }
            }
        }
        this.ended = true;
        this.chunk = Some(answer.result.unwrap_or(Chunk { data_array: Vec::new(), next_chunk_internal_link: None }));
        Ok(this)
    }

    /// The next rows, if there are any.
    pub(super) async fn rows(&mut self) -> Result<Option<Vec<Row>>, ConnectError> {
        let Some(chunk) = self.chunk.take() else { return Ok(None) };
        if let Some(link) = chunk.next_chunk_internal_link {
            // Whatever it looks like, it is a path at this workspace.
            let next = self.workspace.client.follow(&link)?;
            if !next.starts_with(&self.path) {
                return Err(K::Protocol.into());
            }
            self.chunk = Some(self.workspace.get(&next).await?);
        }
        Ok(Some(chunk.data_array))
    }
}

impl Drop for Statement<'_> {
    /// A statement that was given up would go on at the warehouse.
    fn drop(&mut self) {
        if !self.ended {
            self.workspace.tell(format!("{}/cancel", self.path));
        }
    }
}
