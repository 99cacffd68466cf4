//! Columns, and fields inside of columns.

use crate::data_type::DataType;
use crate::words::words;

words! {
    /// How a value comes about, if not by writing.
    Generated {
        /// Counted up by the source.
        Identity = "identity",
        /// Computed when the row is written.
        Stored = "stored",
        /// Computed when the row is read.
        Virtual = "virtual",
    }
}

/// The names that lead to a field inside of a column, outermost first, its own last. Names may hold any character, points too,
/// so a path is never one string.
pub type FieldPath<'a> = &'a [&'a str];

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is, if it is a field inside of another column; empty for a column of the table.
    pub path: FieldPath<'a>,
    /// The type in the source's own words.
    pub native_type: &'a str,
    /// The type in words that are the same for all sources.
    pub data_type: DataType,
    /// Whether it may be null.
    pub nullable: bool,
    /// The expression of its default.
    pub default: Option<&'a str>,
    /// How its value comes about, if not by writing.
    pub generated: Option<Generated>,
    /// Its comment.
    pub comment: Option<&'a str>,
}
