//! The read of a schema: one list of schemas for each catalog, tables with their columns in pages of fifty.

use catalog::{CatalogWriter, Column, ForeignKey, KeyKind, Namespace, Note, NoteCode, Partial, Table, TableKind};

use super::connection::DatabricksConnection;
use super::hive;
use super::types::normalize;
use super::unity::{self, TableInfo};
use crate::error::{ConnectError, ConnectErrorKind as K};

/// Catalogs of the product's own.
const SYSTEM: [&str; 3] = ["system", "samples", "__databricks_internal"];

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut DatabricksConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    connection.workspace.client.until(out.until().into());
    match connection.catalog.clone() {
        Some(name) if hive::is(&name) => return hive::read(connection, out).await,
        Some(name) => return catalog(connection, &name, out).await,
        None if !connection.unity => return hive::read(connection, out).await,
        None => {}
    }
    let mut names = Vec::new();
    let mut pages = unity::catalogs();
    while let Some(page) = pages.next(&mut connection.workspace).await? {
        names.extend(page.into_iter().map(|catalog| catalog.name).filter(|name| !SYSTEM.contains(&name.as_str()) && !hive::is(name)));
    }
    for name in names {
        match catalog(connection, &name, out).await {
            Err(error) if is_corner(&error) => {
                out.left_out(Partial::Databases);
                out.note(Note::new(
                    NoteCode::DatabaseUnreadable,
                    &name,
                    "the token's user may not read this catalog, or it cannot be reached",
                ));
            }
            other => other?,
        }
    }
    // Many workspaces have none any more, and few tokens may read what others have.
    match hive::read(connection, out).await {
        Err(error) if error.server_code.is_some() => Ok(()),
        other => other,
    }
}

/// Whether a part of the source failed, and not the source.
fn is_corner(error: &ConnectError) -> bool {
    error.server_code.is_some() && matches!(error.kind, K::NoPrivilege | K::Server)
}

async fn catalog(connection: &mut DatabricksConnection, catalog: &str, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let mut pages = unity::schemas(catalog);
    while let Some(page) = pages.next(&mut connection.workspace).await? {
        for schema in page.into_iter().map(|schema| schema.name).filter(|name| name != "information_schema") {
            out.schema(Namespace::of(catalog, &schema));
            match tables(connection, catalog, &schema, out).await {
                Err(error) if is_corner(&error) => {
                    out.left_out(Partial::Tables);
                    let object = format!("{catalog}.{schema}");
                    out.note(Note::new(
                        NoteCode::TableUnreadable,
                        object,
                        "the token's user may not list its tables, or they cannot be read",
                    ));
                }
                other => other?,
            }
        }
    }
    Ok(())
}

async fn tables(connection: &mut DatabricksConnection, catalog: &str, schema: &str, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let mut pages = unity::tables(catalog, schema);
    while let Some(page) = pages.next(&mut connection.workspace).await? {
        for info in page {
            table(Namespace::of(catalog, schema), info, out).await?;
        }
    }
    Ok(())
}

async fn table(namespace: Namespace<'_>, info: TableInfo, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let kind = match info.table_type.as_str() {
        "VIEW" | "METRIC_VIEW" => TableKind::View,
        "MATERIALIZED_VIEW" => TableKind::MaterializedView,
        "EXTERNAL" | "EXTERNAL_SHALLOW_CLONE" => TableKind::ExternalTable,
        "FOREIGN" => TableKind::ForeignTable,
        _ => TableKind::Table,
    };
    let text = |text: Option<&String>| text.map(String::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let comment = text(info.comment.as_ref());
    let head = Table { comment: comment.as_deref(), ..Table::new(namespace, &info.name, kind) };
    let Some(mut table) = out.table(head) else { return Ok(()) };
    let mut columns = info.columns.unwrap_or_default();
    columns.sort_by_key(|column| column.position);
    for column in &columns {
        table.column(Column {
            name: &column.name,
            path: &[],
            native_type: &column.type_text,
            data_type: normalize(&column.type_text),
            nullable: column.nullable.unwrap_or(true),
            default: None,
            generated: None,
            comment: column.comment.as_deref().filter(|text| !text.is_empty()),
        });
    }
    let mut parts: Vec<_> = columns.iter().filter_map(|column| Some((column.partition_index?, column.name.as_str()))).collect();
    if !parts.is_empty() {
        parts.sort_unstable();
        table.key(KeyKind::Partition, &parts.iter().map(|(_, name)| *name).collect::<Vec<_>>());
    }
    let constraints = info.table_constraints.unwrap_or_default();
    let mut foreign = Vec::new();
    for constraint in &constraints {
        if let Some(key) = &constraint.primary_key_constraint {
            table.primary_key(&texts(&key.child_columns));
        }
        if let Some(key) = &constraint.foreign_key_constraint
            && let [catalog, schema, name] = key.parent_table.splitn(3, '.').collect::<Vec<_>>()[..]
        {
            foreign.push(ForeignKey {
                columns: texts(&key.child_columns),
                namespace: Namespace::of(catalog, schema),
                table: name,
                references: texts(&key.parent_columns),
            });
        }
    }
    table.foreign_keys(foreign);
    Ok(table.finish(out).await?)
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
