//! A read without a source.

use std::time::{Duration, Instant};

use catalog::{Catalog, CatalogWriter, Column, DataType, Limits, Table, TableDefinition, TableKind};
use tokio::sync::mpsc;

/// A column.
pub(crate) const C: Column<'_> = Column {
    name: "id",
    path: &[],
    native_type: "bigint",
    data_type: DataType::Integer,
    nullable: false,
    default: Some("1"),
    generated: None,
    comment: None,
};

/// The head of a table.
pub(crate) fn table(name: &str) -> Table<'_> {
    Table { row_estimate: Some(9), ..Table::new("s", name, TableKind::View) }
}

/// What `work` sends, and what it comes to.
pub(crate) async fn read(limits: Limits, work: impl AsyncFnOnce(&mut CatalogWriter)) -> (Vec<TableDefinition>, Catalog) {
    let (out, mut tables) = mpsc::channel(64);
    let mut writer = CatalogWriter::new(out, Instant::now() + Duration::from_secs(5), limits);
    work(&mut writer).await;
    let catalog = writer.finish();
    let mut all = Vec::new();
    while let Some(table) = tables.recv().await {
        all.push(table);
    }
    (all, catalog)
}
