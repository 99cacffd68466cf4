//! The head of a table.

use crate::namespace::Namespace;
use crate::words::words;

words! {
    /// What kind of relation a table is.
    TableKind {
        /// A table that holds rows (a partitioned one included).
        Table = "table",
        /// A view.
        View = "view",
        /// A materialized view.
        MaterializedView = "materialized_view",
        /// A table of another server, seen through this one.
        ForeignTable = "foreign_table",
        /// A table over files outside the database.
        ExternalTable = "external_table",
        /// A table that stands for its parts on several servers.
        Distributed = "distributed",
        /// Keys and values held for look-ups.
        Dictionary = "dictionary",
    }
}

/// The head of a table, before its columns.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// Where it is.
    pub namespace: Namespace<'a>,
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: TableKind,
    /// Its comment.
    pub comment: Option<&'a str>,
    /// The source's guess at its rows; no part of its identity.
    pub row_estimate: Option<i64>,
}
