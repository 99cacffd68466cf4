//! What a schema is made of: namespaces, tables, columns, keys; written under caps and sent off as finished definitions.
//!
//! A [`CatalogWriter`] begins tables, a [`TableWriter`] takes one, and only a table that was finished leaves. [`TablesByName`] is for
//! sources whose keys come before their columns.

mod budget;
mod column;
mod data_type;
mod definition;
mod error;
mod form;
mod index;
mod json;
mod key;
mod limits;
mod memory;
mod namespace;
mod note;
mod sample;
mod summary;
mod table;
mod table_writer;
mod words;
mod writer;

pub use budget::{Budget, ENTRY_BYTES, Hold};
pub use column::{Column, FieldPath, Generated};
pub use data_type::DataType;
pub use definition::TableDefinition;
pub use error::Error;
pub use form::shown;
pub use index::TablesByName;
pub use key::{ForeignKey, Index, KeyKind};
pub use limits::{Limits, SampleLimits};
pub use memory::{KnownField, Memory, Recall};
pub use namespace::Namespace;
pub use note::{Note, NoteCode};
pub use sample::{FieldSample, Sample, Seen};
pub use summary::{Catalog, Files, Partial};
pub use table::{Table, TableKind};
pub use table_writer::TableWriter;
pub use writer::CatalogWriter;
