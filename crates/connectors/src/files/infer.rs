//! The tables of one file, by its content.

use std::ops::Range;

use bytes::Bytes;

use super::compression::{detect, exactly};
use super::encoding::Encoding;
use super::fault::FileFault;
use super::formats::{avro, csv, json, orc, parquet, xlsx};
use super::inferred::{Compression, Field, FileLimits, Format, Inferred, InferredTable};
use super::sample::{Sample, sample};
use super::seen::Seen;
use super::source::{FileSource, Object};

/// Bytes at the beginning by which a format is told: a small file is read at once.
const HEAD: u64 = 64 << 10;

/// Finds out what tables a file holds. Its name tells nothing.
pub(crate) async fn infer(source: &dyn FileSource, object: &Object, limits: FileLimits) -> Result<Inferred, FileFault> {
    if object.size == 0 {
        return Err(FileFault::Empty);
    }
    let head = exactly(source, object, 0..object.size.min(HEAD)).await?;
    let source = &Seen::new(source, head.clone());
    if head.starts_with(parquet::MAGIC) {
        return of_parquet(source, object, limits).await;
    }
    if head.starts_with(parquet::ENCRYPTED) {
        return Err(FileFault::Encrypted);
    }
    if head.starts_with(orc::MAGIC) {
        return of_orc(source, object, limits).await;
    }
    if head.starts_with(avro::MAGIC) {
        return of_avro(source, object, head, limits).await;
    }
    if head.starts_with(xlsx::MAGIC) {
        return of_workbook(source, object, limits).await;
    }
    if is_other(&head) {
        return Err(FileFault::Unknown);
    }
    let mut found = sample(source, object, &head, &limits).await?;
    if found.pieces.first().is_some_and(|first| first.is_empty() || is_other(first) || is_packed(first)) {
        return Err(if found.pieces[0].is_empty() { FileFault::Empty } else { FileFault::Unknown });
    }
    if !found.whole && found.compression == Compression::Plain && begins_array(&found.pieces[0]) {
        // Rows of an array are read from its beginning on.
        found.pieces = vec![exactly(source, object, 0..limits.whole.min(object.size)).await?.into()];
    }
    // A computation of some hundred milliseconds, kept away from the threads that wait for sources.
    tokio::task::spawn_blocking(move || of_text(&found, &limits)).await.map_err(|_| FileFault::Malformed)?
}

async fn of_parquet(source: &dyn FileSource, object: &Object, limits: FileLimits) -> Result<Inferred, FileFault> {
    if object.size < parquet::TAIL + 4 {
        return Err(FileFault::Truncated);
    }
    let end = End::of(source, object).await?;
    let footer = parquet::footer(end.last(8)?, object.size, &limits)?;
    let footer = end.range(source, object, footer).await?;
    let table = parquet::table(&footer, &limits)?;
    fits(&table.fields, &limits)?;
    Ok(typed(Format::Parquet, vec![table]))
}

async fn of_orc(source: &dyn FileSource, object: &Object, limits: FileLimits) -> Result<Inferred, FileFault> {
    let end = End::of(source, object).await?;
    let footer = orc::footer(&end.bytes, object.size, &limits)?;
    let bytes = end.range(source, object, footer.range.clone()).await?;
    let table = orc::table(&footer, &bytes, &limits)?;
    fits(&table.fields, &limits)?;
    Ok(typed(Format::Orc, vec![table]))
}

/// The end of a file: most footers are this short.
struct End {
    start: u64,
    bytes: Bytes,
}

impl End {
    async fn of(source: &dyn FileSource, object: &Object) -> Result<Self, FileFault> {
        let start = object.size.saturating_sub(HEAD);
        Ok(Self { start, bytes: exactly(source, object, start..object.size).await? })
    }

    fn last(&self, count: usize) -> Result<&[u8], FileFault> {
        self.bytes.len().checked_sub(count).map(|at| &self.bytes[at..]).ok_or(FileFault::Truncated)
    }

    /// A range of the file; read only if it does not lie in the end.
    async fn range(&self, source: &dyn FileSource, object: &Object, range: Range<u64>) -> Result<Bytes, FileFault> {
        let at = |n: u64| usize::try_from(n.checked_sub(self.start)?).ok().filter(|n| *n <= self.bytes.len());
        match (at(range.start), at(range.end)) {
            (Some(from), Some(to)) if from <= to => Ok(self.bytes.slice(from..to)),
            _ => exactly(source, object, range).await,
        }
    }
}

async fn of_avro(source: &dyn FileSource, object: &Object, head: Bytes, limits: FileLimits) -> Result<Inferred, FileFault> {
    let (table, notes) = match avro::table(&head, &limits)? {
        Some(found) => found,
        None if head.len() as u64 == object.size => return Err(FileFault::Truncated),
        None => {
            let more = exactly(source, object, 0..object.size.min(limits.whole)).await?;
            let all = more.len() as u64 == object.size;
            avro::table(&more, &limits)?.ok_or(if all { FileFault::Truncated } else { FileFault::TooLarge })?
        }
    };
    fits(&table.fields, &limits)?;
    Ok(Inferred { notes, ..typed(Format::Avro, vec![table]) })
}

async fn of_workbook(source: &dyn FileSource, object: &Object, limits: FileLimits) -> Result<Inferred, FileFault> {
    if object.size > limits.part {
        return Err(FileFault::TooLarge);
    }
    let bytes = exactly(source, object, 0..object.size).await?;
    let tables = tokio::task::spawn_blocking(move || xlsx::tables(&bytes, &limits)).await.map_err(|_| FileFault::Malformed)??;
    for table in &tables {
        fits(&table.fields, &limits)?;
    }
    Ok(typed(Format::Xlsx, tables))
}

/// What was found in a format that has types of its own.
fn typed(format: Format, tables: Vec<InferredTable>) -> Inferred {
    Inferred { format, compression: Compression::Plain, encoding: None, sampled: false, tables, notes: Vec::new() }
}

fn of_text(sample: &Sample, limits: &FileLimits) -> Result<Inferred, FileFault> {
    let pieces: Vec<&[u8]> = sample.pieces.iter().map(Vec::as_slice).collect();
    let encoding = Encoding::of(&pieces)?;
    let texts: Vec<String> = pieces.iter().map(|piece| encoding.text(piece)).collect();
    let mut notes: Vec<_> = encoding.note().into_iter().collect();
    if sample.cut {
        notes.push(super::inferred::FileNote::CutOff);
    }
    let read = if json::looks_like_it(&texts[0]) { json::columns(&texts, sample.whole, limits)? } else { None };
    let (format, fields, looked_at) = if let Some(rows) = read {
        notes.extend(rows.notes);
        (Format::Json, rows.fields, rows.read)
    } else {
        let (fields, read) = csv::columns(&texts, sample.whole, limits)?;
        (Format::Csv, fields, read)
    };
    fits(&fields, limits)?;
    notes.sort();
    notes.dedup();
    let (compression, encoding, sampled) = (sample.compression, Some(encoding.name()), !sample.whole);
    let tables = vec![InferredTable { name: None, fields, rows: None, looked_at }];
    Ok(Inferred { format, compression, encoding, sampled, tables, notes })
}

fn fits(fields: &[Field], limits: &FileLimits) -> Result<(), FileFault> {
    if fields.iter().map(Field::count).sum::<usize>() > limits.columns { Err(FileFault::TooWide) } else { Ok(()) }
}

/// Whether it is of a format that holds no text and that is not read: told apart so that no table is made of it.
fn is_other(head: &[u8]) -> bool {
    let marks: [&[u8]; 12] = [
        avro::MAGIC,
        orc::MAGIC,
        xlsx::MAGIC,
        b"%PDF-",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"\xd0\xcf\x11\xe0",
        b"BZh",
        b"\xfd7zXZ",
        b"7z\xbc\xaf",
        b"SQLite format 3",
    ];
    marks.iter().any(|mark| head.starts_with(mark))
}

/// Whether what was packed is packed once more, or is a format that is read from its end.
fn is_packed(head: &[u8]) -> bool {
    detect(head) != Compression::Plain || head.starts_with(parquet::MAGIC)
}

fn begins_array(head: &[u8]) -> bool {
    let head = &head[..head.len().min(4 << 10)];
    json::is_array(String::from_utf8_lossy(head).trim_start_matches('\u{feff}'))
}
