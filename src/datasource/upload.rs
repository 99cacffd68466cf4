//! New files of a datasource: each is read first, alone; those that are tables come in together, or none does.

use std::collections::HashSet;

use catalog::{Catalog, Note, NoteCode};
use connectors::{ConnectError, ConnectErrorKind, Task};
use store::{Change, Datasource, File, FilesChange, Replaced, Server, StoreError, Tenant};

use super::acquire::{AcquireError, Acquired, Destination, acquire};
use super::{ATTEMPTS, Failure, stored_source};
use crate::app::App;
use crate::clock;
use crate::files::{Lent, Upload};
use crate::runner::Report;

/// A file that has arrived.
pub(crate) struct Received {
    pub(crate) name: String,
    pub(crate) upload: Upload,
}

/// What came of it.
pub(crate) struct Uploaded {
    /// The tables that the datasource has now.
    pub(crate) tables: Vec<String>,
    /// What is to be told of the files.
    pub(crate) warnings: Vec<Note>,
}

/// Why the datasource stayed as it was.
#[derive(Debug)]
pub(crate) enum UploadError {
    /// There is none of that name.
    NotFound,
    /// Its kind takes no files.
    OtherKind(String),
    /// None of the files is a table.
    Refused(Vec<Note>),
    /// It would have more files than one may.
    TooMany,
    /// The organisation has as many bytes of files as it may.
    Full,
    /// The files could not be read.
    Source(ConnectError),
    /// The organisation has as much underway as it may.
    Staging,
    /// Others changed it again and again.
    Contended,
    /// Anything of ours.
    Failed(Failure),
}

impl From<StoreError> for UploadError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::FilesFull => Self::Full,
            StoreError::StagingFull => Self::Staging,
            error => Self::Failed(error.into()),
        }
    }
}

/// Reads, replaces what has the same names, and stores.
pub(crate) async fn upload(app: &App, tenant: Tenant, name: &str, received: Vec<Received>) -> Result<Uploaded, UploadError> {
    let stored = find(app, tenant, name).await?;
    let mut warnings = survey(app, tenant, &stored, &received).await?;
    let refused: HashSet<&str> = warnings.iter().filter(|note| note.code != NoteCode::FileRead).map(|note| note.object.as_str()).collect();
    let (bad, mut good): (Vec<_>, Vec<_>) = received.into_iter().partition(|file| refused.contains(file.name.as_str()));
    drop(bad);
    if good.is_empty() {
        return Err(UploadError::Refused(warnings));
    }
    for _ in 0..ATTEMPTS {
        let stored = find(app, tenant, name).await?;
        let before = app.store.files(tenant, stored.uuid).await?;
        let files = merged(before.clone(), &good);
        if files.len() > app.file_limits.max_files as usize {
            return Err(UploadError::TooMany);
        }
        let order = stored_source(app, tenant, &stored).await.map_err(UploadError::Failed)?;
        let order = order.with_files(Lent::new(app.files.clone(), tenant, files.clone()));
        let Acquired { server, catalog, staged } = match acquire(app, tenant, Destination::Existing(&stored), order).await {
            Ok(acquired) => acquired,
            Err(AcquireError::Stale) => continue,
            Err(AcquireError::Test(error) | AcquireError::Read(error)) => return Err(UploadError::Source(error)),
            Err(AcquireError::Lookup(error) | AcquireError::Stage(error)) => return Err(error.into()),
        };
        let tables = catalog.tables.iter().map(|table| table.table.clone()).collect();
        let most = i64::try_from(app.file_limits.max_file_bytes).unwrap_or(i64::MAX);
        let change = Change {
            server: Some(Server { product: server.product, version: server.version }),
            catalog: Some(catalog),
            files: Some(FilesChange { files: files.clone(), most }),
            ..Change::default()
        };
        // Whoever waits for this may go, and nobody then knows whether it was written: what was not is swept.
        keep(&mut good, true);
        let changed = app.store.change_datasource(tenant, stored.uuid, stored.revision, &change, clock::now()).await;
        staged.end(matches!(changed, Ok(Replaced::Done))).await;
        if !matches!(changed, Ok(Replaced::Done)) && !is_in_doubt(&changed) {
            keep(&mut good, false);
        }
        match changed {
            Ok(Replaced::Done) => {
                tracing::info!(tenant.id = tenant.0, datasource.id = %stored.uuid, files = good.len(), "files uploaded");
                // Whoever reads the replaced ones now finds that the datasource was changed.
                app.files.remove(tenant, before.iter().filter(|old| !files.contains(old)).map(|old| old.id)).await;
                warnings.sort_by(|a, b| a.object.cmp(&b.object));
                return Ok(Uploaded { tables, warnings });
            }
            Ok(Replaced::Gone) => return Err(UploadError::NotFound),
            Ok(Replaced::Stale) | Err(StoreError::StagingLost) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UploadError::Contended)
}

async fn find(app: &App, tenant: Tenant, name: &str) -> Result<Datasource, UploadError> {
    let stored = app.store.datasource(tenant, name).await?.ok_or(UploadError::NotFound)?;
    let takes_files = app.registry.find(&stored.kind).is_some_and(|kind| kind.takes_files);
    if takes_files { Ok(stored) } else { Err(UploadError::OtherKind(stored.kind)) }
}

fn keep(received: &mut [Received], kept: bool) {
    for file in received {
        file.upload.keep(kept);
    }
}

/// Whether a change may have been written although it failed: the answer to its commit was lost.
fn is_in_doubt(changed: &Result<Replaced, StoreError>) -> bool {
    changed.as_ref().is_err_and(StoreError::is_outage)
}

/// The files after those that were there, each in the place of the one that it replaces.
fn merged(mut files: Vec<File>, received: &[Received]) -> Vec<File> {
    for Received { name, upload } in received {
        let new = File { id: upload.id, name: name.clone(), bytes: i64::try_from(upload.bytes).unwrap_or(i64::MAX) };
        match files.iter_mut().find(|file| file.name == *name) {
            Some(old) => *old = new,
            None => files.push(new),
        }
    }
    files
}

/// What is to be told of each of the new files. Of a job's notes only the first are kept: where there were more, fewer files
/// are read at once, so that no fault goes untold.
async fn survey(app: &App, tenant: Tenant, stored: &Datasource, received: &[Received]) -> Result<Vec<Note>, UploadError> {
    let (mut told, mut left) = (Vec::new(), vec![received]);
    while let Some(files) = left.pop() {
        let Catalog { notes, notes_total, .. } = survey_once(app, tenant, stored, files).await?;
        if notes.len() as u64 == notes_total || files.len() < 2 {
            told.extend(notes);
        } else {
            let (first, second) = files.split_at(files.len() / 2);
            left.extend([second, first]);
        }
    }
    Ok(told)
}

async fn survey_once(app: &App, tenant: Tenant, stored: &Datasource, received: &[Received]) -> Result<Catalog, UploadError> {
    let order = stored_source(app, tenant, stored).await.map_err(UploadError::Failed)?;
    let order = order.with_files(Lent::new(app.files.clone(), tenant, merged(Vec::new(), received)));
    let mut running = app.runner.start(tenant, order, Task::Survey);
    loop {
        match running.next().await {
            Report::Tested(_) | Report::Table(_) | Report::Files(_) | Report::Again => {}
            Report::Done(read) => return read.ok_or(UploadError::Source(ConnectErrorKind::Internal.into())),
            Report::Failed(error) => return Err(UploadError::Source(error)),
        }
    }
}
