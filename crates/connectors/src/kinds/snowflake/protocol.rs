//! Answers of the protocol, as JSON. Of the many members only those that lead on.

use std::collections::HashMap;

use serde::Deserialize;

use crate::rest::{Row, Scalar};

/// Every answer.
#[derive(Deserialize)]
pub(super) struct Answer {
    /// Whether it worked.
    #[serde(default)]
    pub(super) success: bool,
    /// A number of the vendor's.
    pub(super) code: Option<Scalar>,
    /// What came of it.
    pub(super) data: Option<Data>,
}

impl Answer {
    /// The number, as text.
    pub(super) fn number(&self) -> String {
        let texts = |scalar: &Scalar| match scalar {
            Scalar::Text(text) => text.to_string(),
            Scalar::Number(number) => number.to_string(),
            Scalar::Nothing => String::new(),
        };
        self.code.as_ref().map(texts).unwrap_or_default()
    }
}

/// What came of a login or a statement.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data {
    /// Of a login: what the session is known by.
    pub(super) token: Option<String>,
    /// Of a login: what is wanted of the user first.
    pub(super) next_action: Option<String>,
    /// Of a login: the server's version.
    pub(super) server_version: Option<String>,
    /// Of a statement: its columns.
    pub(super) rowtype: Option<Vec<ColumnName>>,
    /// The first rows.
    pub(super) rowset: Option<Vec<Row>>,
    /// How many rows there are in all.
    pub(super) total: Option<Scalar>,
    /// `json`, or something else that was not asked for.
    pub(super) query_result_format: Option<String>,
    /// Where the other rows are.
    pub(super) chunks: Option<Vec<Chunk>>,
    /// What to send along when they are fetched.
    pub(super) chunk_headers: Option<HashMap<String, String>>,
    /// The key of the object store's encryption, where no headers are given.
    pub(super) qrmk: Option<String>,
    /// Where to ask again, while the statement runs.
    pub(super) get_result_url: Option<String>,
}

/// The name of a column of results.
#[derive(Deserialize)]
pub(super) struct ColumnName {
    pub(super) name: String,
}

/// A part of the results, in an object store.
#[derive(Deserialize)]
pub(super) struct Chunk {
    /// A URL that is signed, and good for some hours.
    pub(super) url: String,
}
