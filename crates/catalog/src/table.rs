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
    /// The table that it is a part of, if it is a partition: where that is, and its name.
    pub partition_of: Option<(Namespace<'a>, &'a str)>,
}

impl<'a> Table<'a> {
    /// A table of which nothing else is known.
    pub fn new(namespace: impl Into<Namespace<'a>>, name: &'a str, kind: TableKind) -> Self {
        Self { namespace: namespace.into(), name, kind, comment: None, row_estimate: None, partition_of: None }
    }
}
