//! From planned tables to a catalog: files are read a few at a time, in order, and those of a folder are merged.

use std::collections::BTreeMap;
use std::pin::Pin;

use catalog::{CatalogWriter, Files, Hold, Note, NoteCode, Partial, Table, TableKind};
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;

use super::fault::FileFault;
use super::infer::infer;
use super::inferred::{Field, FileLimits, FileNote, Inferred, InferredTable, write};
use super::layout::Planned;
use super::merge::merge;
use super::names::Names;
use super::source::{FileSource, Object};
use crate::error::ConnectError;

/// Files that are looked at at once: memory is some 16 MiB for each.
const AT_ONCE: usize = 4;

/// Files of one folder that are looked at; of more, as many, evenly spread.
const OF_A_FOLDER: usize = 1_000;

/// Columns of a table whose differences are told.
const DIFFERENCES: usize = 10;

type Reading<'a> = Pin<Box<dyn Future<Output = Result<Inferred, FileFault>> + Send + 'a>>;

/// Reads the planned tables of `objects` into `out`, as tables of `schema`.
pub(crate) async fn read(
    source: &dyn FileSource,
    objects: &[Object],
    plan: &[Planned],
    schema: &str,
    out: &mut CatalogWriter,
) -> Result<(), ConnectError> {
    let mut next = plan.iter().enumerate().flat_map(|(n, planned)| chosen(&planned.files).map(move |file| (n, file)));
    let mut reading: FuturesOrdered<Reading<'_>> = FuturesOrdered::new();
    let mut waiting = std::collections::VecDeque::new();
    let mut current = plan.first().map(|planned| Gathered::new(planned, out.hold()));
    let (mut done, mut at) = (0, 0);
    let mut names = None;
    // Those that a large folder stands for by others count as looked at, once the others were.
    let total = objects.len() as u64;
    out.files(Files { done: 0, total });
    loop {
        while reading.len() < AT_ONCE && out.has_room() {
            let Some((n, file)) = next.next() else { break };
            waiting.push_back((n, file));
            reading.push_back(Box::pin(infer(source, &objects[file], FileLimits::default())));
        }
        let Some(result) = reading.next().await else { break };
        let Some((n, file)) = waiting.pop_front() else { break };
        if n != at {
            if let Some(gathered) = current.take() {
                gathered.finish((schema, objects, plan), &mut names, out).await?;
            }
            at = n;
            current = Some(Gathered::new(&plan[n], out.hold()));
        }
        done += 1;
        out.files(Files { done, total });
        let key = objects[file].key.as_str();
        match result {
            Ok(found) => {
                if let Some(current) = &mut current {
                    current.add(key, found, out);
                }
            }
            Err(fault) => out.note(fault.note(key)?),
        }
    }
    if let Some(gathered) = current {
        gathered.finish((schema, objects, plan), &mut names, out).await?;
    }
    if next.next().is_some() {
        out.left_out(Partial::Tables);
    }
    let passed: usize = plan.iter().map(|planned| planned.files.len().saturating_sub(OF_A_FOLDER)).sum();
    out.files(Files { done: (done + passed as u64).min(total), total });
    Ok(())
}

/// The files that are looked at.
fn chosen(files: &[usize]) -> impl Iterator<Item = usize> + '_ {
    let most = files.len().min(OF_A_FOLDER);
    (0..most).map(move |n| files[if most < files.len() { n * (files.len() - 1) / (most - 1) } else { n }])
}

/// A table while its files are read: one, or one for each sheet of workbooks.
struct Gathered<'a> {
    planned: &'a Planned,
    held: Hold,
    /// Whether files are larger than what is looked at of them.
    large: bool,
    parts: BTreeMap<Option<String>, Part>,
}

#[derive(Default)]
struct Part {
    /// Columns of files, each with the first file that has them: most of a folder are alike.
    distinct: Vec<(String, Vec<Field>)>,
    files: usize,
    /// The rows of all files, as long as they are known.
    rows: Option<u64>,
    looked_at: u64,
    sampled: bool,
}

impl<'a> Gathered<'a> {
    fn new(planned: &'a Planned, held: Hold) -> Self {
        Self { planned, held, large: false, parts: BTreeMap::new() }
    }

    fn add(&mut self, key: &str, found: Inferred, out: &mut CatalogWriter) {
        for note in &found.notes {
            out.note(Note::new(NoteCode::FileRead, key, note.text()));
        }
        // Of one that ends too early all was looked at that there is.
        self.large |= found.sampled && !found.notes.contains(&FileNote::CutOff);
        for InferredTable { name, fields, rows, looked_at } in found.tables {
            let part = self.parts.entry(name).or_default();
            part.rows = if part.files == 0 { rows } else { part.rows.zip(rows).and_then(|(a, b)| a.checked_add(b)) };
            part.files += 1;
            part.looked_at = part.looked_at.saturating_add(looked_at);
            part.sampled |= found.sampled;
            if part.distinct.iter().any(|(_, known)| *known == fields) {
                continue;
            }
            if self.held.takes(fields.iter().map(Field::bytes).sum()) {
                part.distinct.push((key.to_owned(), fields));
            } else {
                out.left_out(Partial::CatalogBytes);
            }
        }
    }

    /// Writes the table. A sheet's is never called as another table of the plan, or as another sheet's.
    async fn finish(
        self,
        (schema, objects, plan): (&str, &[Object], &'a [Planned]),
        names: &mut Option<Names<'a>>,
        out: &mut CatalogWriter,
    ) -> Result<(), ConnectError> {
        let Self { planned, parts, large, .. } = self;
        if planned.files.len() > OF_A_FOLDER {
            let text = format!("of its {} files {OF_A_FOLDER} were looked at", planned.files.len());
            out.note(Note::new(NoteCode::FileRead, &planned.name, text));
        }
        if large {
            let (object, text) = match &*planned.files {
                [only] => (&objects[*only].key, "it is large: its columns are known from parts of it"),
                _ => (&planned.name, "files of it are large: their columns are known from parts of them"),
            };
            out.note(Note::new(NoteCode::FileRead, object, text));
        }
        for (sheet, part) in parts {
            let name = match sheet {
                None => planned.name.clone(),
                Some(sheet) => {
                    // Few plans have workbooks in them.
                    let names = names.get_or_insert_with(|| Names::of(plan.iter().map(|planned| planned.name.as_str())));
                    names.beside(&format!("{}.{sheet}", planned.name))
                }
            };
            let mut merged = merge(&part.distinct);
            for difference in merged.differences.iter().take(DIFFERENCES) {
                let [one, other] = &difference.examples;
                let text = format!("its type differs between files: compare {one} and {other}");
                out.note(Note::new(NoteCode::TypesMerged, format!("{name}.{}", difference.column), text));
            }
            // What the folders are named after is what readers of such tables give.
            merged.fields.retain(|field| planned.partitions.iter().all(|partition| partition.name != field.name));
            merged.fields.extend(planned.partitions.iter().cloned());
            let whole = planned.files.len() == part.files;
            let rows = part.rows.filter(|_| whole).and_then(|rows| i64::try_from(rows).ok());
            let head = Table { row_estimate: rows, ..Table::new(schema, &name, TableKind::Table) };
            let Some(mut table) = out.table(head) else { continue };
            write(&mut table, &merged.fields);
            if part.sampled {
                table.sampled(part.looked_at);
            }
            table.finish(out).await?;
        }
        Ok(())
    }
}
