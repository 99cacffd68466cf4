//! One page of a statement's results, as JSON.

use serde::Deserialize;

use crate::rest::Row;

/// `QueryResults`. Of the many fields only those that lead on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    /// Where the next page is; without it this was the last one.
    pub(super) next_uri: Option<String>,
    /// Rows, each a list of values. Anything else (spooled segments) does not fit.
    pub(super) data: Option<Vec<Row>>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_as_lists_only() {
        let page: Page = serde_json::from_str(r#"{"id": "x", "data": [["a", 1], []]}"#).expect("a page");
        assert_eq!(page.data.expect("rows").iter().map(|row| row.text(0)).collect::<Vec<_>>(), ["a", ""]);
        assert!(serde_json::from_str::<Page>(r#"{"data": {"segments": []}}"#).is_err());
    }
}
