//! Who else uses the file of an embedded store.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A place beside the file of a store, kept for as long as a server runs over it.
#[must_use = "the place is given up when this is dropped"]
pub(super) struct Company {
    _kept: Option<File>,
}

/// Takes a place beside the file, and says so if somebody has one already. That is fine, or it would be refused: SQLite lets several
/// processes of one machine write in turns.
pub(super) fn join(store: &Path) -> Company {
    let mut path = store.as_os_str().to_owned();
    path.push(".lock");
    // A folder that cannot be written to is told of by the store.
    let Ok(file) = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path) else {
        return Company { _kept: None };
    };
    if file.try_lock().is_err() {
        tracing::warn!(
            store = %store.display(),
            "another server runs over this store: that is fine on one machine, they take turns; over a network file system it would damage the store"
        );
    }
    // Whoever comes next finds a lock, whichever of us ends first.
    let kept = file.lock_shared().is_ok();
    Company { _kept: kept.then_some(file) }
}
