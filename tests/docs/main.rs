//! The documents and the tree say the same.

use std::fs;
use std::path::{Path, PathBuf};

mod codes;
mod links;
mod threats;

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every Rust file of the repository.
pub(crate) fn sources() -> Vec<PathBuf> {
    let (mut folders, mut files) = (["src", "crates", "tests"].map(|folder| root().join(folder)).to_vec(), Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                files.push(entry);
            }
        }
    }
    assert!(files.len() > 100);
    files
}
