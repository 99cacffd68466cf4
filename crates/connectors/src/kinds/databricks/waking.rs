//! A SQL warehouse that does not answer at once, and what it was seen doing.

use std::time::Instant;

use serde::Deserialize;

use super::error::is_absent;
use super::workspace::Workspace;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::encoded;

/// States that a warehouse passes through on its way up or down.
const ON_THE_WAY: [&str; 4] = ["STARTING", "STOPPED", "STOPPING", "DELETING"];

#[derive(Deserialize)]
struct Warehouse {
    state: String,
}

/// What was seen of a warehouse that did not answer at once.
pub(super) struct Waking {
    since: Instant,
    state: Option<&'static str>,
}

impl Waking {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), state: None }
    }

    /// Asks for the state of a warehouse that lets a statement wait. Some tokens may not ask: then it stays unknown.
    pub(super) async fn look(&mut self, workspace: &mut Workspace, warehouse: &str) -> Result<(), ConnectError> {
        match workspace.get::<Warehouse>(&format!("/api/2.0/sql/warehouses/{}", encoded(warehouse))).await {
            Ok(found) => self.state = ON_THE_WAY.into_iter().find(|state| *state == found.state),
            Err(error) if error.server_code.is_some() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A failure of the step, told by what the warehouse was doing.
    pub(super) fn explain(&self, error: ConnectError) -> ConnectError {
        let waited = self.since.elapsed().as_secs().max(1);
        match (error.kind, self.state) {
            (K::TimedOut, Some("DELETING")) => ConnectError::from(K::DatabaseUnavailable)
                .with_field("path")
                .with_remedy("the warehouse is being deleted: give another".to_owned()),
            (K::TimedOut, Some(state)) => ConnectError::from(K::NotReady).with_field("path").with_remedy(format!(
                "the warehouse is {state} and was waited for {waited} s: try again when it runs, or start it beforehand"
            )),
            (K::TimedOut, None) => error.with_field("path").with_remedy(format!(
                "the warehouse did not run a statement in {waited} s: look at its queue in the workspace, or give another"
            )),
            (K::NoPrivilege, _) => error.with_field("path").with_remedy("let the token's user use the warehouse (CAN USE)".to_owned()),
            // The warehouse is all that could be wrong with what was sent.
            _ if is_absent(&error) || matches!(error.server_code.as_deref(), Some("INVALID_PARAMETER_VALUE" | "INVALID_REQUEST")) => {
                ConnectError::with_code(K::DatabaseUnavailable, error.server_code.as_deref().unwrap_or_default())
                    .with_field("path")
                    .with_remedy("check path: the workspace has no such SQL warehouse".to_owned())
            }
            _ => error,
        }
    }
}
