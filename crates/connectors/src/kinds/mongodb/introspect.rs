//! Reads the one database: its collections by name, several sampled at once, each written when its turn comes.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{CatalogWriter, Hold, Memory, Note, NoteCode, Partial, SampleLimits, Table, TableKind};
use egress::Deadline;
use futures_util::{StreamExt, stream};
use mongodb::bson::{Document, RawDocument, RawDocumentBuf, doc};

use super::declared::declare;
use super::emit;
use super::fields::Fields;
use super::known::recall;
use super::open::{CONNECTIONS, MongoConnection};
use super::sample::{OwnIndex, estimate, indexes, sample};
use crate::error::{ConnectError, ConnectErrorKind};

/// A collection, as it is listed.
struct Listed {
    kind: Kind,
    validator: Option<RawDocumentBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Collection,
    View,
    TimeSeries,
}

/// A collection, read.
struct Read {
    name: String,
    kind: Kind,
    fields: Fields,
    estimate: Option<i64>,
    indexes: Vec<OwnIndex>,
    /// Its documents, or its indexes, could not be read.
    failed: Option<Corner>,
    keys_failed: bool,
}

/// Why a collection could not be sampled.
enum Corner {
    /// The user may not read it: then it is not there for the user.
    Hidden,
    /// The server's number for it.
    Code(String),
}

/// Reads the schema.
pub(super) async fn introspect(connection: &mut MongoConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    connection.gateway.until(Deadline::from(out.until()));
    let connection = &*connection;
    out.schema(connection.name.as_str());
    let held = out.hold();
    let listed = list(connection, &held).await?;
    if !held.fitted() {
        out.left_out(Partial::Tables);
    }
    let (limits, memory) = (out.sample_limits(), out.memory());
    let memory = &memory;
    let mut reads =
        stream::iter(listed).map(|(name, listed)| read(connection, memory, name, listed, limits)).buffered(CONNECTIONS as usize);
    while let Some(read) = reads.next().await {
        write(connection, &read?, out).await?;
    }
    Ok(())
}

/// All collections that the user may read, but for the system's own. Validators are told to those only who may list the database.
async fn list(connection: &MongoConnection, held: &Hold) -> Result<BTreeMap<String, Listed>, ConnectError> {
    let mut all = BTreeMap::new();
    let whole = listing(connection, doc! {"listCollections": 1, "cursor": {}}, held, |name, document| {
        let validator = document.get_document("options").and_then(|options| options.get_document("validator"));
        all.insert(name.to_owned(), Listed { kind: kind(document), validator: validator.ok().map(RawDocument::to_owned) });
    });
    let may_list = match whole.await {
        Ok(()) => true,
        Err(error) if error.kind == ConnectErrorKind::NoPrivilege => false,
        Err(error) => return Err(error),
    };
    let mut readable = BTreeSet::new();
    let question = doc! {"listCollections": 1, "nameOnly": true, "authorizedCollections": true, "cursor": {}};
    listing(connection, question, held, |name, document| {
        readable.insert(name.to_owned());
        if !may_list {
            all.insert(name.to_owned(), Listed { kind: kind(document), validator: None });
        }
    })
    .await?;
    all.retain(|name, _| readable.contains(name));
    Ok(all)
}

async fn listing(
    connection: &MongoConnection,
    question: Document,
    held: &Hold,
    mut take: impl FnMut(&str, &RawDocument) + Send,
) -> Result<(), ConnectError> {
    let failed = |error: mongodb::error::Error| connection.failed(&error);
    let cursor = connection.database.run_cursor_command(question).await.map_err(failed)?;
    let mut cursor = cursor.with_type::<RawDocumentBuf>();
    while cursor.advance().await.map_err(failed)? {
        let document = cursor.current();
        let Ok(name) = document.get_str("name") else { continue };
        if name.starts_with("system.") {
            continue;
        }
        if !held.takes(document.as_bytes().len()) {
            break;
        }
        take(name, document);
    }
    Ok(())
}

fn kind(document: &RawDocument) -> Kind {
    match document.get_str("type") {
        Ok("view") => Kind::View,
        Ok("timeseries") => Kind::TimeSeries,
        _ => Kind::Collection,
    }
}

/// Reads one collection. What fails with a number of the server's costs that collection; anything else is a failure of the whole.
async fn read(
    connection: &MongoConnection,
    memory: &Memory,
    name: String,
    listed: Listed,
    limits: SampleLimits,
) -> Result<Read, ConnectError> {
    let Listed { kind, validator } = listed;
    let database = &connection.database;
    let mut read = Read { name, kind, fields: Fields::default(), estimate: None, indexes: Vec::new(), failed: None, keys_failed: false };
    if let Some(validator) = validator {
        read.fields.declare(|root, room| declare(&validator, root, room));
    }
    recall(&memory.fields(&connection.name, &read.name).await?, &mut read.fields);
    let sampled = sample(database, &read.name, kind == Kind::Collection, limits, &mut read.fields).await;
    read.fields.settle();
    match sampled.map_err(|error| connection.failed(&error)) {
        Ok(all) => read.estimate = all.filter(|_| kind != Kind::View),
        Err(ConnectError { kind: ConnectErrorKind::NoPrivilege, .. }) => {
            read.failed = Some(Corner::Hidden);
            return Ok(read);
        }
        Err(ConnectError { server_code: Some(code), .. }) => read.failed = Some(Corner::Code(code)),
        Err(error) => return Err(error),
    }
    // A view is computed: counting it may take as long as the whole of it.
    if kind != Kind::Collection {
        return Ok(read);
    }
    if read.estimate.is_none() {
        match estimate(database, &read.name).await.map_err(|error| connection.failed(&error)) {
            Ok(estimate) => read.estimate = estimate,
            Err(error) if error.server_code.is_some() => {}
            Err(error) => return Err(error),
        }
    }
    match indexes(database, &read.name).await.map_err(|error| connection.failed(&error)) {
        Ok(indexes) => read.indexes = indexes,
        Err(error) if error.server_code.is_some() => read.keys_failed = true,
        Err(error) => return Err(error),
    }
    Ok(read)
}

async fn write(connection: &MongoConnection, read: &Read, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    match &read.failed {
        Some(Corner::Hidden) => return Ok(()),
        Some(Corner::Code(code)) => {
            out.left_out(Partial::Columns);
            let text = format!("the server did not give a sample of its documents, or only a part of one ({code})");
            out.note(Note::new(NoteCode::ColumnsUnreadable, read.name.as_str(), text));
        }
        None => {}
    }
    if read.keys_failed {
        out.left_out(Partial::Keys);
        out.note(Note::new(NoteCode::KeysUnreadable, read.name.as_str(), "the server did not list its indexes"));
    }
    if read.fields.is_cut() {
        out.left_out(Partial::ColumnsPerTable);
        out.note(Note::new(NoteCode::CutOff, read.name.as_str(), "it has more than 500 fields, or names longer than any"));
    }
    let kind = if read.kind == Kind::View { TableKind::View } else { TableKind::Table };
    let head = Table { row_estimate: read.estimate, ..Table::new(connection.name.as_str(), &read.name, kind) };
    let Some(mut table) = out.table(head) else { return Ok(()) };
    emit::write(&read.fields, &mut table);
    for index in &read.indexes {
        table.index(&index.index());
    }
    Ok(table.finish(out).await?)
}
