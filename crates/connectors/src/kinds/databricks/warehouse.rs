//! The SQL warehouse: one that sleeps is woken by the first statement.

use egress::Step;

use super::statement::Statement;
use super::waking::Waking;
use super::workspace::Workspace;
use crate::error::ConnectError;

/// The step in which a warehouse answers.
pub(super) const STEP: Step = Step::new("warehouse");

/// Has a warehouse answer a first statement; the catalog that is the default one there.
pub(super) async fn wake(workspace: &mut Workspace, warehouse: &str, waking: &mut Waking) -> Result<Option<String>, ConnectError> {
    let mut statement = Statement::run(workspace, warehouse, "SELECT current_catalog()", Some(waking)).await?;
    let rows = statement.rows().await?.unwrap_or_default();
    Ok(rows.into_iter().next().and_then(|row| row.into_iter().next().flatten()).map(Into::into))
}
