//! The read: a table for each file, or for each filled sheet of a workbook.

use catalog::CatalogWriter;

use super::names::stem;
use crate::error::ConnectError;
use crate::files::{Names, Planned, read};
use crate::job_files::JobFiles;

/// The one schema.
const SCHEMA: &str = "default";

/// Reads the files into `out`, in their order. A file that is no table is told of, and costs no other file anything.
pub(super) async fn introspect(files: Option<&JobFiles>, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    out.schema(SCHEMA);
    let Some(files) = files.filter(|files| !files.objects().is_empty()) else { return Ok(()) };
    let objects = files.objects();
    let stems = || objects.iter().map(|object| stem(&object.key));
    let mut names = Names::of(stems());
    let planned = |(n, stem): (usize, &str)| Planned { name: names.take(stem), files: vec![n], partitions: Vec::new() };
    let plan: Vec<_> = stems().enumerate().map(planned).collect();
    read(files, objects, &plan, SCHEMA, out).await
}
