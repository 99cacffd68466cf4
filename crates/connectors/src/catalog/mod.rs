//! The catalog model: schemas, tables, columns, keys; built under caps and streamed as finished definitions.

mod builder;
mod held;
mod json;
mod known;
mod model;

pub use builder::CatalogBuilder;
pub(crate) use held::Held;
pub(crate) use known::Known;
pub use model::{Catalog, Column, ForeignKey, Table, TableDefinition, TableKind};
