//! The read: a list of tables for each dataset, and the definition of each table after days were put together.

use catalog::{CatalogWriter, Note, NoteCode, Partial, Table, TableKind};
use futures_util::future::join_all;
use serde::Deserialize;

use super::api::Page;
use super::connection::BigQueryConnection;
use super::shards::{Entry, Listed, collapse};
use super::table::{Definition, FIELDS, kind};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::encoded;

/// `tables.list`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tables {
    #[serde(default)]
    tables: Vec<Item>,
    next_page_token: Option<String>,
}

/// One table of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    table_reference: Reference,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    table_id: String,
}

impl Page for Tables {
    type Item = Item;

    fn take(self) -> (Vec<Item>, Option<String>) {
        (self.tables, self.next_page_token)
    }
}

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut BigQueryConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    for api in &mut connection.apis {
        api.until(out.until().into());
    }
    let mut denied = None;
    let mut read = 0;
    for name in connection.datasets.clone() {
        match dataset(connection, &name, out).await {
            Ok(()) => read += 1,
            // A dataset that is dropped meanwhile is not there.
            Err(error) if error.kind == K::SchemaNotFound && !connection.only => {}
            // Some datasets are windows on services elsewhere, and fail with those.
            Err(error) if matches!(error.kind, K::NoPrivilege | K::Server) && !connection.only => {
                out.left_out(Partial::Schemas);
                let reason = error.server_code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
                out.note(Note::new(
                    NoteCode::DatabaseUnreadable,
                    name,
                    format!("its tables cannot be listed by this service account{reason}"),
                ));
                denied = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    match denied {
        Some(error) if read == 0 => Err(error),
        _ => Ok(()),
    }
}

async fn dataset(connection: &mut BigQueryConnection, name: &str, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let path = format!("{}/datasets/{}/tables", connection.project, encoded(name));
    let held = out.hold();
    let mut listed = Vec::new();
    let list = connection.apis[0].list::<Tables>(&path, |item| {
        let listing = Listed { name: item.table_reference.table_id, kind: item.kind };
        let fits = held.takes(listing.name.len() * 2 + listing.kind.len());
        if fits {
            listed.push(listing);
        }
        fits
    });
    list.await?;
    if !held.fitted() {
        out.left_out(Partial::CatalogBytes);
    }
    out.schema(name);
    for chunk in collapse(listed).chunks(connection.apis.len()) {
        let asked = connection.apis.iter_mut().zip(chunk).map(|(api, entry)| {
            let path = format!("{path}/{}?fields={FIELDS}", encoded(&entry.asked().name));
            async move { api.get::<Definition>(&path).await }
        });
        let answers = join_all(asked).await;
        let mut taken = 0;
        for (entry, answer) in chunk.iter().zip(answers) {
            taken += usize::from(table(name, entry, answer, out).await?);
        }
        // Caps are reached, or nobody asked for this dataset: the others of it would go the same way.
        if taken == 0 {
            break;
        }
    }
    Ok(())
}

/// Writes one table; whether there was room for it.
async fn table(
    dataset: &str,
    entry: &Entry,
    answer: Result<Definition, ConnectError>,
    out: &mut CatalogWriter,
) -> Result<bool, ConnectError> {
    let definition = match answer {
        Ok(definition) => definition,
        // Dropped meanwhile.
        Err(error) if error.kind == K::SchemaNotFound => return Ok(true),
        // What fails at one table's own definition is that table's fault.
        Err(error) if matches!(error.kind, K::NoPrivilege | K::Server | K::TooMuch | K::Protocol) => {
            out.left_out(Partial::Tables);
            let object = format!("{dataset}.{}", entry.name());
            let reason = error.server_code.map(|code| format!(" ({code})")).unwrap_or_default();
            out.note(Note::new(NoteCode::TableUnreadable, object, format!("its definition could not be read{reason}")));
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let rows = definition.num_rows.as_ref().and_then(crate::rest::Scalar::number);
    let comment = definition.description.as_deref().filter(|text| !text.is_empty());
    let kind = kind(&entry.asked().kind);
    // How many rows all days have nobody tells; views and what lies elsewhere are said to have none.
    let counted = matches!(kind, TableKind::Table | TableKind::MaterializedView) && !matches!(entry, Entry::Days { .. });
    let row_estimate = rows.filter(|_| counted);
    let head = Table { comment, row_estimate, ..Table::new(dataset, entry.name(), kind) };
    let Some(mut writer) = out.table(head) else { return Ok(false) };
    definition.write(&mut writer);
    writer.finish(out).await?;
    if let Entry::Days { name, count, first, last, .. } = entry {
        let text = format!("{count} tables, one for each day from {first} to {last}; its columns are those of the last");
        out.note(Note::new(NoteCode::DaysCollapsed, format!("{dataset}.{name}"), text));
    }
    Ok(true)
}
