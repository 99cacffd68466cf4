//! The folder of the SQLite file: whether this process may write there, and whether there is room.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::error::OpenError;

/// So much room has to be there for the store to be of use: a small datasource takes less.
static ROOM: [u8; 64 << 10] = [0; 64 << 10];

/// Makes the file for its owner alone, where there is none yet. SQLite gives its other files the same mode.
pub(super) fn make(file: &Path) -> Result<(), OpenError> {
    let made = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        // SQLite would open what it may not write for reading.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            OpenOptions::new().write(true).open(file).map_err(|e| (file.to_owned(), e))
        }
        Err(error) => Err((folder(file).to_owned(), error)),
        Ok(made) => Ok(made),
    };
    // Its other files come and go beside it; whether there is room will be seen.
    let beside = made.and_then(|_| match write(&probe(file), &[]) {
        Err(error) if !is_full(&error) => Err((folder(file).to_owned(), error)),
        _ => Ok(()),
    });
    beside.map_err(|(path, cause)| {
        let user = rustix::process::geteuid().as_raw();
        OpenError::NotWritable { path: path.display().to_string(), cause, user }
    })
}

/// Proves that there is room, by taking it for a moment. SQLite's own writes go where there was something before as long as they
/// are small, and would say nothing of it.
pub(super) fn prove(file: &Path) -> io::Result<()> {
    write(&probe(file), &ROOM)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let written = file.write_all(bytes);
    // It is in the way of nobody but a reader of the folder.
    let removed = fs::remove_file(path);
    written.and(removed)
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn probe(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    // Not by the number of the process: in containers over one volume all have the same.
    name.push(format!("-room-{}", Uuid::new_v4().simple()));
    folder(file).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_says_where_and_who() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("none").join("store.db");
        let error = make(&file).expect_err("there is no such folder").to_string();
        let user = rustix::process::geteuid().as_raw().to_string();
        assert!(
            error.contains(&file.parent().expect("a folder").display().to_string()) && error.contains(&format!("user {user}:")),
            "{error}"
        );
        let file = folder.path().join("store.db");
        make(&file).expect("made");
        make(&file).expect("it is there");
        prove(&file).expect("room");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing is left behind");
        fs::remove_file(&file).expect("removed");
        fs::create_dir(&file).expect("a folder in its place");
        assert!(make(&file).expect_err("no file").to_string().contains("store.db"));
    }
}
