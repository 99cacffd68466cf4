//! A finished table: what travels to the store. Nobody above parses the body again.

use serde::{Deserialize, Serialize};

use crate::sample::Sample;
use crate::table::TableKind;

/// A table whole, under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDefinition {
    /// The level above its schema, where a source has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// The schema it is in.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// SHA-256 of `body`.
    pub hash: [u8; 32],
    /// Canonical JSON: fixed order of members, no white space.
    pub body: String,
    /// How many columns `body` has.
    pub columns: u32,
    /// The source's guess at its rows.
    pub row_estimate: Option<i64>,
    /// What it was sampled from, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}
