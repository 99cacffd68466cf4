//! The read of a cluster: mappings in chunks; a chunk that fails is halved until what is wrong with it stands alone.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use catalog::{CatalogWriter, Hold, Note, NoteCode, Partial, Table, TableKind};

use super::chunks::{fitting, is_name, path};
use super::cluster::{Cluster, Failed};
use super::columns;
use super::connection::SearchConnection;
use super::error::is_block;
use super::field::Fields;
use super::listing::{Listing, list};
use super::mapping::{FIELDS, Mapping, by_index, read};
use super::union::merge;
use crate::error::{ConnectError, ConnectErrorKind as K};

/// The one schema: a cluster has none.
const SCHEMA: &str = "default";

/// Requests that may fail before no more chunks are halved.
const FAILURES: u32 = 1_000;

/// Names of indices.
type Names = [Box<str>];

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut SearchConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let SearchConnection { cluster, product, method, .. } = connection;
    cluster.client.until(out.until().into());
    let held = out.hold();
    let listing = list(cluster, *method, *product, &held).await?;
    if !listing.whole {
        out.left_out(Partial::CatalogBytes);
    }
    for gap in &listing.gaps {
        unreadable(SCHEMA, gap, out);
    }
    out.schema(SCHEMA);
    let mut wanted = listing.wanted();
    wanted.retain(|name| named(name, out));
    let mut reading = Reading::new(listing, held, product.privileges());
    let mut rest = &wanted[..];
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(fitting(rest, reading.most));
        reading.chunk(cluster, chunk, out).await?;
        rest = behind;
    }
    reading.finish(out).await
}

/// Whether a name can be asked for.
fn named(name: &str, out: &mut CatalogWriter) -> bool {
    let sound = is_name(name);
    if !sound {
        out.left_out(Partial::Names);
    }
    sound
}

/// What has come of a data stream or an alias.
struct Gathered {
    name: Box<str>,
    kind: TableKind,
    fields: Fields,
}

struct Reading {
    /// Indices to show, and whether each is closed.
    indices: BTreeMap<Box<str>, bool>,
    unions: Vec<Gathered>,
    /// For every index those of `unions` that it is a part of.
    parts: BTreeMap<Box<str>, Vec<usize>>,
    held: Hold,
    /// Requests that have failed.
    failures: u32,
    /// Indices of a chunk: fewer after an answer that was too large.
    most: usize,
    /// What has to be granted for a read.
    privileges: &'static str,
}

impl Reading {
    fn new(listing: Listing, held: Hold, privileges: &'static str) -> Self {
        let (mut unions, mut parts) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for (name, union) in listing.unions {
            for member in union.members {
                parts.entry(member).or_default().push(unions.len());
            }
            let kind = if union.alias { TableKind::View } else { TableKind::Table };
            unions.push(Gathered { name, kind, fields: Fields::new() });
        }
        Self { indices: listing.indices, unions, parts, held, failures: 0, most: usize::MAX, privileges }
    }

    /// Reads the mappings of a chunk, by halves where it has to be.
    async fn chunk(&mut self, cluster: &mut Cluster, names: &Names, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let mut parts = vec![names];
        while let Some(names) = parts.pop() {
            let why = match cluster.get(&path(names)).await {
                Ok(body) => {
                    self.answer(names, &body, out).await?;
                    continue;
                }
                Err(Failed::TooLarge) => {
                    self.most = self.most.min(names.len() / 2).max(1);
                    "its mapping is larger than is read"
                }
                Err(Failed::Answer(error)) if is_block(&error) => "the cluster blocks it",
                Err(Failed::Answer(error)) => match error.kind {
                    K::NoPrivilege => self.privileges,
                    K::Server => "the cluster answers with an error where its mapping is asked for",
                    _ => return Err(error),
                },
                Err(failed) => return Err(failed.into()),
            };
            self.failures += 1;
            if names.len() > 1 && self.failures < FAILURES {
                let (first, second) = names.split_at(names.len() / 2);
                parts.extend([second, first]);
            } else {
                for name in names {
                    unreadable(name, why, out);
                }
            }
        }
        Ok(())
    }

    /// Takes the mappings of an answer: those that were asked for, each once.
    async fn answer(&mut self, names: &Names, body: &Bytes, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let mut missing: BTreeSet<&str> = names.iter().map(|name| &**name).collect();
        for (name, raw) in by_index(body, &mut missing).ok_or(K::Protocol)? {
            let Some(mapping) = read(raw) else {
                unreadable(name, "its mapping is none that can be read", out);
                continue;
            };
            self.take(name, mapping, out).await?;
        }
        for name in missing {
            unreadable(name, "the cluster left it out where its mapping was asked for", out);
        }
        Ok(())
    }

    /// One index: a table, and a part of every alias and data stream that it belongs to.
    async fn take(&mut self, name: &str, mapping: Mapping, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let Mapping { fields, cut } = mapping;
        if cut {
            out.left_out(Partial::ColumnsPerTable);
            out.note(Note::new(NoteCode::CutOff, name, format!("it has more than the {FIELDS} fields that are read of one index")));
        }
        for at in self.parts.get(name).into_iter().flatten() {
            merge(&mut self.unions[*at].fields, &fields, &self.held);
            // An index may be behind many aliases: a deadline is looked at between them.
            tokio::task::yield_now().await;
        }
        let Some(closed) = self.indices.get(name) else { return Ok(()) };
        let comment = closed.then_some("closed");
        table(Table { comment, ..Table::new(SCHEMA, name, TableKind::Table) }, &fields, out).await
    }

    /// Sends data streams and aliases: all their indices have come.
    async fn finish(self, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        for Gathered { name, kind, fields } in &self.unions {
            table(Table::new(SCHEMA, name, *kind), fields, out).await?;
        }
        if !self.held.fitted() {
            out.left_out(Partial::CatalogBytes);
        }
        Ok(())
    }
}

async fn table(head: Table<'_>, fields: &Fields, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let name = head.name.to_owned();
    let Some(mut table) = out.table(head) else { return Ok(()) };
    for path in columns::write(fields, &mut table) {
        out.note(Note::new(NoteCode::TypesDiffer, format!("{name}.{path}"), "its indices have different types for this field"));
    }
    Ok(table.finish(out).await?)
}

fn unreadable(name: &str, why: &'static str, out: &mut CatalogWriter) {
    out.left_out(Partial::Tables);
    out.note(Note::new(NoteCode::TableUnreadable, name, why));
}
