//! One page of a statement's results, as JSON.

use serde::Deserialize;
use serde_json::Value;

/// `QueryResults`. Of the many fields only those that lead on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    /// Where the next page is; without it this was the last one.
    pub(super) next_uri: Option<String>,
    /// Rows, each a list of values. Anything else (spooled segments) does not fit.
    pub(super) data: Option<Vec<Vec<Value>>>,
    /// Why there is no result. It comes with a 200.
    pub(super) error: Option<Failure>,
}

/// `QueryError`. The text is not even read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    pub(super) error_name: Option<String>,
    pub(super) error_code: Option<i64>,
}

/// A row of text.
pub(super) struct Row(pub(super) Vec<Value>);

impl Row {
    /// A value, if it is text.
    pub(super) fn get(&self, column: usize) -> Option<&str> {
        self.0.get(column)?.as_str()
    }

    /// A value that is never null.
    pub(super) fn text(&self, column: usize) -> &str {
        self.get(column).unwrap_or_default()
    }
}
