//! What Unity Catalog says of catalogs, schemas and tables. Names there are without case, and shown in lower case.

use serde::Deserialize;

use super::pages::Pages;
use crate::rest::encoded;

/// Items of a page. More is not allowed for tables that come with their columns.
const SHORT: u32 = 50;
const LONG: u32 = 1_000;

/// Something that has a name.
#[derive(Deserialize)]
pub(super) struct Named {
    /// Its own name, without those above it.
    pub(super) name: String,
}

/// A table.
#[derive(Deserialize)]
pub(super) struct TableInfo {
    /// Its name.
    pub(super) name: String,
    /// `MANAGED`, `EXTERNAL`, `VIEW` and others.
    #[serde(default)]
    pub(super) table_type: String,
    /// Its comment.
    #[serde(default)]
    pub(super) comment: Option<String>,
    /// Its columns; none for a table that only may be browsed.
    #[serde(default)]
    pub(super) columns: Option<Vec<ColumnInfo>>,
    /// Its keys, which are declared and not enforced.
    #[serde(default)]
    pub(super) table_constraints: Option<Vec<Constraint>>,
}

/// A column.
#[derive(Deserialize)]
pub(super) struct ColumnInfo {
    /// Its name.
    pub(super) name: String,
    /// The type as SQL writes it.
    #[serde(default)]
    pub(super) type_text: String,
    /// Where it stands.
    #[serde(default)]
    pub(super) position: i64,
    /// Whether it may be null; it may where nothing is said.
    #[serde(default)]
    pub(super) nullable: Option<bool>,
    /// Its comment.
    #[serde(default)]
    pub(super) comment: Option<String>,
    /// Where it stands among the columns that the table is partitioned by.
    #[serde(default)]
    pub(super) partition_index: Option<i64>,
}

/// A key.
#[derive(Deserialize)]
pub(super) struct Constraint {
    /// The primary key.
    #[serde(default)]
    pub(super) primary_key_constraint: Option<PrimaryKey>,
    /// A foreign key.
    #[serde(default)]
    pub(super) foreign_key_constraint: Option<ForeignKey>,
}

/// A primary key.
#[derive(Deserialize)]
pub(super) struct PrimaryKey {
    /// Its columns.
    pub(super) child_columns: Vec<String>,
}

/// A foreign key.
#[derive(Deserialize)]
pub(super) struct ForeignKey {
    /// The columns here.
    pub(super) child_columns: Vec<String>,
    /// The table there: catalog, schema and name with points between them.
    pub(super) parent_table: String,
    /// The columns there.
    pub(super) parent_columns: Vec<String>,
}

/// All catalogs that the token may read.
pub(super) fn catalogs() -> Pages<Named> {
    Pages::new(format!("/api/2.1/unity-catalog/catalogs?max_results={LONG}"))
}

/// The schemas of a catalog.
pub(super) fn schemas(catalog: &str) -> Pages<Named> {
    Pages::new(format!("/api/2.1/unity-catalog/schemas?catalog_name={}&max_results={LONG}", encoded(catalog)))
}

/// The tables of a schema with their columns.
pub(super) fn tables(catalog: &str, schema: &str) -> Pages<TableInfo> {
    let (catalog, schema) = (encoded(catalog), encoded(schema));
    Pages::new(format!("/api/2.1/unity-catalog/tables?catalog_name={catalog}&schema_name={schema}&max_results={SHORT}"))
}
