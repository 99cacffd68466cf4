//! What is kept of a cached schema.

use uuid::Uuid;

use super::definition::Packed;
use crate::model::Hash;

/// One line of a snapshot: which definition a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableEntry {
    /// The schema's name.
    pub schema: String,
    /// The table's name.
    pub table: String,
    /// `table`, `view`, `materialized_view`, `foreign_table`, `external_table`, `distributed`, `dictionary`
    pub kind: String,
    /// SHA-256 of the definition.
    pub hash: Hash,
    /// How many columns it has.
    pub columns: i32,
    /// The source's own guess at its rows; no part of the table's identity.
    pub row_estimate: Option<i64>,
    /// JSON of what a sample showed, if there was one; no part of the table's identity either.
    pub sample: Option<Packed>,
}

/// A table's canonical JSON under its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// SHA-256 of `body`.
    pub hash: Hash,
    /// Canonical JSON.
    pub body: String,
}

/// Leave to stage definitions of a datasource, for as long as it is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagingLease {
    pub(crate) datasource: Uuid,
    /// The staging area, which all share who stage for the datasource at the same time.
    pub(crate) area: Uuid,
    pub(crate) id: Uuid,
}

/// A whole schema, its definitions staged already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// Under which its definitions were staged; none if all of them were there before.
    pub staged: Option<StagingLease>,
    /// Hash over the summary's identity and all entries.
    pub root: Hash,
    /// JSON: schemas, counts, what was left out.
    pub summary: String,
    /// The tables.
    pub tables: Vec<TableEntry>,
}

/// Which tables of a cached schema to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tables<'a> {
    /// Of this schema only.
    pub schema: Option<&'a str>,
    /// Of this name only.
    pub table: Option<&'a str>,
}
