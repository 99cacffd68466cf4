//! The read: the keys first, then the files, a few at a time.

use catalog::{CatalogWriter, Note, NoteCode};

use super::connection::S3Connection;
use super::listing;
use super::source::Bucket;
use crate::error::ConnectError;
use crate::files::{plan, read};

/// Reads the bucket into `out`: one schema, called as the bucket is.
pub(super) async fn introspect(connection: &mut S3Connection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    connection.http.until(out.until().into());
    let S3Connection { client, bucket, prefix, level, .. } = &*connection;
    out.schema(bucket.as_str());
    let objects = listing::objects(connection, out).await?;
    if objects.is_empty() {
        let text = "no file lies there: check path if there should be any";
        out.note(Note::new(NoteCode::FileMissing, format!("{bucket}/{prefix}"), text));
    }
    let folder = prefix.trim_end_matches('/');
    let root = folder.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(bucket);
    let tables = plan(&objects, prefix, root, *level);
    let source = Bucket { client: client.clone(), name: bucket.clone() };
    read(&source, &objects, &tables, bucket, out).await
}
