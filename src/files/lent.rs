//! Files that a job may read: those that it was given, and no byte of others.

use std::sync::Arc;

use bytes::Bytes;
use connectors::{FileRange, JobFile};
use store::{File, Tenant};

use super::folder::FileStore;

/// The files of one job.
#[derive(Clone)]
pub(crate) struct Lent {
    store: Arc<FileStore>,
    tenant: Tenant,
    files: Arc<[File]>,
}

/// A job asked for what it was not given, or for more at once than any does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Greedy;

impl Lent {
    /// Files of an organisation.
    pub(crate) fn new(store: Arc<FileStore>, tenant: Tenant, files: Vec<File>) -> Self {
        Self { store, tenant, files: files.into() }
    }

    /// What the job is told of them.
    pub(crate) fn list(&self) -> Vec<JobFile> {
        let told = |file: &File| JobFile { name: file.name.clone(), size: u64::try_from(file.bytes).unwrap_or_default() };
        self.files.iter().map(told).collect()
    }

    /// What it wants; none if that cannot be had.
    pub(crate) async fn read(&self, want: FileRange) -> Result<Option<Bytes>, Greedy> {
        let file = self.files.get(want.file).filter(|_| want.bytes <= FileRange::MOST).ok_or(Greedy)?;
        match self.store.read(self.tenant, file.id, want.from, want.bytes).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) => {
                tracing::error!(%cause, tenant.id = self.tenant.0, file.id = %file.id, "an uploaded file cannot be read");
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// A job that asks for what it was not given gets nothing, and what is gone is not an empty file.
    #[tokio::test]
    async fn nothing_but_what_was_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStore::new(folder.path().join("files"));
        let (ours, theirs) = (Tenant(1), Tenant(2));
        let mut upload = store.begin(ours).await.expect("begun");
        upload.write(Bytes::from_static(b"content")).await.expect("written");
        upload.finish().await.expect("finished");
        let file = File { id: upload.id, name: "../../x".to_owned(), bytes: 7 };
        let want = |file, from, bytes| FileRange { file, from, bytes };
        let lent = Lent::new(store.clone(), ours, vec![file.clone()]);
        assert_eq!(lent.read(want(0, 3, 10)).await, Ok(Some(Bytes::from_static(b"tent"))));
        assert_eq!(lent.read(want(0, 100, 10)).await, Ok(Some(Bytes::new())));
        assert_eq!(lent.read(want(1, 0, 1)).await, Err(Greedy));
        assert_eq!(lent.read(want(0, 0, FileRange::MOST + 1)).await, Err(Greedy));
        let gone = File { id: Uuid::new_v4(), ..file.clone() };
        assert_eq!(Lent::new(store.clone(), ours, vec![gone]).read(want(0, 0, 1)).await, Ok(None));
        assert_eq!(Lent::new(store.clone(), theirs, vec![file]).read(want(0, 0, 1)).await, Ok(None));
        assert_eq!(store.arriving(ours), 7);
        drop(upload);
        assert_eq!((lent.read(want(0, 0, 1)).await, store.arriving(ours)), (Ok(None), 0));
    }
}
