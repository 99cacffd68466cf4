//! The catalog model: schemas, tables, columns, keys; built under caps and streamed as finished definitions.

mod builder;
mod json;
mod model;

pub use builder::CatalogBuilder;
pub use model::{Catalog, Column, ForeignKey, Table, TableDefinition, TableKind};
