//! Keys and indexes.

use crate::namespace::Namespace;
use crate::words::words;

words! {
    /// What a key does.
    KeyKind {
        /// It identifies a row.
        Primary = "primary",
        /// No two rows share it.
        Unique = "unique",
        /// Rows are stored in its order.
        Sorting = "sorting",
        /// It says in which part of the table a row lies.
        Partition = "partition",
        /// It says how rows lie within a part.
        Clustering = "clustering",
        /// It says on which server a row lies.
        Distribution = "distribution",
    }
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ForeignKey<'a> {
    /// The columns here.
    pub columns: Vec<&'a str>,
    /// Where the table is that it points to.
    pub namespace: Namespace<'a>,
    /// The table it points to.
    pub table: &'a str,
    /// The columns there, in the same order.
    pub references: Vec<&'a str>,
}

/// An index.
#[derive(Debug, Clone)]
pub struct Index<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its columns, or the expressions in their place.
    pub columns: Vec<&'a str>,
    /// Whether no two rows share an entry.
    pub unique: bool,
}
