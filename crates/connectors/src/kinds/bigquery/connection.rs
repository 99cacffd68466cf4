//! What a job has of BigQuery once it was let in.

use super::api::Api;

/// Clients whose token was taken.
pub(super) struct BigQueryConnection {
    pub(super) apis: Vec<Api>,
    /// `projects/…`
    pub(super) project: String,
    /// What is read, in order.
    pub(super) datasets: Vec<String>,
    /// Whether the credentials name the one dataset.
    pub(super) only: bool,
}
