//! What a job has of Databricks once it was let in.

use super::workspace::Workspace;

/// A workspace whose token was accepted and whose warehouse answers.
pub(super) struct DatabricksConnection {
    pub(super) workspace: Workspace,
    pub(super) warehouse: String,
    /// Whether the workspace has a Unity Catalog.
    pub(super) unity: bool,
    /// The catalog that is read; none for all.
    pub(super) catalog: Option<String>,
}
