//! A sample of a collection: its oldest documents and its newest, bounded in number, bytes and time.

use std::time::Duration;

use catalog::{Index, SampleLimits};
use mongodb::bson::{RawDocument, RawDocumentBuf, doc};
use mongodb::error::Error;
use mongodb::{Collection, Database};

use super::fields::Fields;
use super::types::whole;

/// How long counting may take, which looks at no document.
const TIME: Duration = Duration::from_secs(1);

/// An index, as it will be written.
pub(super) struct OwnIndex {
    name: String,
    keys: Vec<String>,
    unique: bool,
}

impl OwnIndex {
    /// For the catalog.
    pub(super) fn index(&self) -> Index<'_> {
        Index { name: &self.name, columns: self.keys.iter().map(String::as_str).collect(), unique: self.unique }
    }
}

/// Reads a sample, half of it the oldest documents and half the newest where `by_age` says that this order costs nothing.
/// Tells how many documents there are, if these were all.
pub(super) async fn sample(
    database: &Database,
    name: &str,
    by_age: bool,
    limits: SampleLimits,
    fields: &mut Fields,
) -> Result<Option<i64>, Error> {
    let mut sampling = Sampling { collection: database.collection(name), left: limits.bytes, fields };
    if !by_age {
        let all = sampling.part(None, limits.rows, limits.time, None).await?;
        return Ok(all.ended.then_some(all.came.into()));
    }
    let (half, time) = (limits.rows.div_ceil(2), limits.time / 2);
    let oldest = sampling.part(Some(1), half, time, None).await?;
    let rest = limits.rows - half;
    // A limit of none would be no limit.
    if oldest.ended || rest == 0 || sampling.left == 0 {
        return Ok(oldest.ended.then_some(oldest.came.into()));
    }
    let newest = sampling.part(Some(-1), rest, time, oldest.last).await?;
    Ok(newest.ended.then_some(i64::from(oldest.came) + i64::from(newest.came)))
}

/// One collection's sample, as it is read.
struct Sampling<'a> {
    collection: Collection<RawDocumentBuf>,
    /// Bytes that it may still have.
    left: usize,
    fields: &'a mut Fields,
}

/// What came of one order.
struct Part {
    came: u32,
    /// Whether no document lies beyond.
    ended: bool,
    /// The last one of as many as were asked for.
    last: Option<RawDocumentBuf>,
}

impl Sampling<'_> {
    /// Reads so many documents in one order of `_id`; ends early at `until`, which another part has read.
    async fn part(&mut self, order: Option<i32>, documents: u32, time: Duration, until: Option<RawDocumentBuf>) -> Result<Part, Error> {
        // All of them at once, as far as a message goes. One more, or servers keep the cursor for a question that never comes.
        let batch = documents.saturating_add(1);
        let mut find = self.collection.find(doc! {}).limit(documents.into()).batch_size(batch).max_time(time);
        if let Some(order) = order {
            find = find.sort(doc! {"_id": order});
        }
        let mut cursor = find.await?;
        let mut part = Part { came: 0, ended: false, last: None };
        while cursor.advance().await? {
            let document = cursor.current();
            if until.as_ref().is_some_and(|last| **last == *document) {
                part.ended = true;
                return Ok(part);
            }
            let Some(left) = self.left.checked_sub(document.as_bytes().len()) else {
                self.left = 0;
                return Ok(part);
            };
            self.left = left;
            self.fields.add(document);
            part.came += 1;
            if part.came >= documents {
                part.last = Some(document.to_owned());
                return Ok(part);
            }
        }
        part.ended = true;
        Ok(part)
    }
}

/// How many documents the server believes there are.
pub(super) async fn estimate(database: &Database, name: &str) -> Result<Option<i64>, Error> {
    let count = database.collection::<RawDocumentBuf>(name).estimated_document_count().max_time(TIME).await?;
    Ok(i64::try_from(count).ok())
}

/// All indexes of a collection.
pub(super) async fn indexes(database: &Database, name: &str) -> Result<Vec<OwnIndex>, Error> {
    let cursor = database.run_cursor_command(doc! {"listIndexes": name, "cursor": {}}).await?;
    let mut cursor = cursor.with_type::<RawDocumentBuf>();
    let mut all = Vec::new();
    // A collection has 64 at most.
    while all.len() < 100 && cursor.advance().await? {
        all.extend(index(cursor.current()));
    }
    Ok(all)
}

fn index(document: &RawDocument) -> Option<OwnIndex> {
    let name = document.get_str("name").ok()?.to_owned();
    let keys: Vec<_> =
        document.get_document("key").ok()?.into_iter().map_while(Result::ok).map(|(key, _)| key.as_str().to_owned()).collect();
    let unique = document.get("unique").ok().flatten();
    let unique = unique.is_some_and(|value| value.as_bool().unwrap_or_else(|| whole(value).is_some_and(|n| n != 0)));
    // That of `_id` is unique without saying so.
    let unique = unique || keys == ["_id"];
    Some(OwnIndex { name, keys, unique })
}
