//! How the source is laid out: no file imports in a circle, and none is long.

mod graph;
mod imports;
mod tokens;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use graph::circles;
use imports::imports;

/// Lines of a file beyond which it holds more than one idea.
const LINES: usize = 400;

/// Circles that are known and about to go; nothing may be added.
const KNOWN: &[&[&str]] = &[];

/// The text of every Rust file below `folder`, by its path from the root of the repository.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a text");
                found.insert(path.strip_prefix(root).expect("below the root").to_str().expect("a name").to_owned(), text);
            }
        }
    }
    found
}

/// The folder of sources of each crate.
fn crates() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    let entries = std::fs::read_dir(folder).expect("crates").map(|entry| entry.expect("an entry").file_name());
    let mut all: Vec<_> = entries.map(|name| format!("crates/{}/src", name.to_str().expect("a name"))).collect();
    all.push("src".to_owned());
    all.sort();
    all
}

#[test]
fn no_file_imports_in_a_circle() {
    let found: Vec<_> = crates().iter().flat_map(|folder| circles(&imports(folder, &sources(folder)))).collect();
    let unknown: Vec<_> = found.iter().filter(|circle| !KNOWN.iter().any(|known| known == circle)).collect();
    assert!(unknown.is_empty(), "these files import each other: {unknown:#?}");
    for known in KNOWN {
        assert!(found.iter().any(|circle| circle == known), "this circle is gone, take it out of the list: {known:#?}");
    }
}

#[test]
fn no_file_is_long() {
    let folders = crates().into_iter().chain(["tests".to_owned()]);
    let long: Vec<_> = folders
        .flat_map(|folder| sources(&folder))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .collect();
    assert!(long.is_empty(), "more than {LINES} lines: {long:#?}");
}
