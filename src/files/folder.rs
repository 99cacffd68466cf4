//! Bytes of files in a folder of the server: one folder an organisation, each file under an id of ours. What somebody called a
//! file never comes near a path.

use std::collections::{HashMap, HashSet};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use store::Tenant;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// How long a disk may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// All files of this server.
#[derive(Debug)]
pub(crate) struct FileStore {
    root: PathBuf,
    /// Bytes on their way in, of each organisation: they are in no table yet.
    arriving: Mutex<HashMap<Tenant, u64>>,
}

impl FileStore {
    /// Files below a folder, which need not be there yet.
    pub(crate) fn new(root: PathBuf) -> Arc<Self> {
        Arc::new(Self { root, arriving: Mutex::default() })
    }

    fn path(&self, tenant: Tenant, id: Uuid) -> PathBuf {
        self.root.join(tenant.to_string()).join(id.to_string())
    }

    /// Begins a file of an organisation.
    pub(crate) async fn begin(self: &Arc<Self>, tenant: Tenant) -> io::Result<Upload> {
        let id = Uuid::new_v4();
        let path = self.path(tenant, id);
        let folder = self.root.join(tenant.to_string());
        let file = blocking(move || {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
        });
        Ok(Upload { id, bytes: 0, file: Some(file.await?), kept: false, tenant, store: self.clone() })
    }

    /// Bytes of a file, or fewer if it ends before.
    pub(super) async fn read(&self, tenant: Tenant, id: Uuid, from: u64, bytes: usize) -> io::Result<Bytes> {
        let path = self.path(tenant, id);
        blocking(move || {
            let file = File::open(path)?;
            let mut buffer = vec![0; bytes];
            let mut filled = 0;
            while filled < bytes {
                match file.read_at(&mut buffer[filled..], from + filled as u64)? {
                    0 => break,
                    read => filled += read,
                }
            }
            buffer.truncate(filled);
            Ok(buffer.into())
        })
        .await
    }

    /// Removes files. One that cannot be removed now is swept later.
    pub(crate) async fn remove(&self, tenant: Tenant, ids: impl IntoIterator<Item = Uuid>) {
        let paths: Vec<_> = ids.into_iter().map(|id| self.path(tenant, id)).collect();
        let removed = blocking(move || {
            for path in paths {
                match fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            Ok(())
        });
        if let Err(cause) = removed.await {
            tracing::warn!(%cause, "uploaded files could not be removed; they are swept later");
        }
    }

    /// The organisations that have files here.
    pub(crate) async fn tenants(&self) -> io::Result<Vec<Tenant>> {
        let root = self.root.clone();
        blocking(move || {
            let entries = match fs::read_dir(root) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries?,
            };
            let names = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
            Ok(names.map(Tenant).collect())
        })
        .await
    }

    /// The files of an organisation that are older than `age`.
    pub(crate) async fn older(&self, tenant: Tenant, age: Duration) -> io::Result<HashSet<Uuid>> {
        let folder = self.root.join(tenant.to_string());
        blocking(move || {
            let is_old = |entry: &fs::DirEntry| {
                let written = entry.metadata().and_then(|data| data.modified()).ok();
                written.and_then(|written| written.elapsed().ok()).is_some_and(|elapsed| elapsed > age)
            };
            let old = fs::read_dir(folder)?.filter_map(Result::ok).filter(is_old);
            Ok(old.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
        })
        .await
    }

    /// Bytes of an organisation that are on their way in.
    pub(crate) fn arriving(&self, tenant: Tenant) -> u64 {
        self.arriving.lock().expect("no panic under this lock").get(&tenant).copied().unwrap_or_default()
    }
}

/// A file on its way in. Dropped before it is kept, it is gone.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) id: Uuid,
    pub(crate) bytes: u64,
    file: Option<File>,
    kept: bool,
    tenant: Tenant,
    store: Arc<FileStore>,
}

impl Upload {
    /// Writes more of it.
    pub(crate) async fn write(&mut self, piece: Bytes) -> io::Result<()> {
        let length = piece.len() as u64;
        *self.store.arriving.lock().expect("no panic under this lock").entry(self.tenant).or_default() += length;
        self.bytes += length;
        let mut file = self.file.take().ok_or(io::ErrorKind::BrokenPipe)?;
        self.file = Some(blocking(move || file.write_all(&piece).map(|()| file)).await?);
        Ok(())
    }

    /// All of it is there, and its name with it, whatever becomes of the machine.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let folders = [self.store.root.join(self.tenant.to_string()), self.store.root.clone()];
        blocking(move || {
            file.sync_all()?;
            folders.iter().try_for_each(|folder| File::open(folder)?.sync_all())
        })
        .await
    }

    /// Whether it stays when this is dropped.
    pub(crate) fn keep(&mut self, kept: bool) {
        self.kept = kept;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut arriving = self.store.arriving.lock().expect("no panic under this lock");
        if let Some(bytes) = arriving.get_mut(&self.tenant) {
            *bytes = bytes.saturating_sub(self.bytes);
            if *bytes == 0 {
                arriving.remove(&self.tenant);
            }
        }
        drop(arriving);
        if !self.kept {
            // What cannot be removed is swept later.
            let _ = fs::remove_file(self.store.path(self.tenant, self.id));
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    match tokio::time::timeout(PATIENCE, spawn_blocking(work)).await {
        Ok(done) => done.map_err(io::Error::other)?,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
