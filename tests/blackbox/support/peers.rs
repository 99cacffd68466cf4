//! The peers of `tests/peers`: what they export, and that a module names those it uses.
//!
//! A module of tests has `//! Peers: mariadb, ssh.` in its head, and `tests/peers/up --for mysql` starts these. A test that reaches
//! for a peer which neither its module nor one around it names fails, so that the lines stay true.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of `tests`.
fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A variable that a peer exports; without it the peer is missing, and that is a failure.
#[track_caller]
pub(crate) fn variable(name: &str) -> String {
    let peer = exporter(name);
    must_be_named(&peer);
    std::env::var(name).unwrap_or_else(|_| missing(&peer))
}

/// A file in a peer's folder.
#[track_caller]
pub(crate) fn path(peer: &str, file: &str) -> PathBuf {
    must_be_named(peer);
    let path = Path::new(&std::env::var("HEADWATER_PEERS").unwrap_or_else(|_| missing(peer))).join(peer).join(file);
    if !path.exists() {
        missing(peer);
    }
    path
}

/// What such a file says.
#[track_caller]
pub(crate) fn text(peer: &str, file: &str) -> String {
    fs::read_to_string(path(peer, file)).expect("text")
}

#[track_caller]
fn missing(peer: &str) -> ! {
    panic!("the peer `{peer}` does not run: start it by `source <(tests/peers/up {peer})`, or run ./test, which starts all")
}

/// The peer whose `start` exports this variable.
fn exporter(name: &str) -> String {
    let export = format!("export {name}=");
    all().into_iter().find(|peer| script(peer).contains(&export)).unwrap_or_else(|| panic!("no peer exports {name}"))
}

fn script(peer: &str) -> String {
    fs::read_to_string(tests().join("peers").join(peer).join("start")).unwrap_or_default()
}

/// Every folder with a `start` in it.
fn all() -> Vec<String> {
    let folders = fs::read_dir(tests().join("peers")).expect("tests/peers").map(|entry| entry.expect("entry").path());
    folders.filter(|folder| folder.join("start").exists()).map(|f| f.file_name().expect("name").to_string_lossy().into_owned()).collect()
}

/// Threads that a test starts have no name of a test, and are not judged.
#[track_caller]
fn must_be_named(peer: &str) {
    let thread = std::thread::current();
    let Some((module, _)) = thread.name().and_then(|name| name.rsplit_once("::")) else { return };
    let named = named_by(module);
    assert!(named.iter().any(|n| n == peer), "the tests of {module} use the peer `{peer}`: name it in their head, `//! Peers: {peer}.`");
}

/// What a module and those around it name.
fn named_by(module: &str) -> Vec<String> {
    let mut path = tests().join("blackbox");
    let mut named = Vec::new();
    for name in module.split("::") {
        path.push(name);
        for file in [path.with_extension("rs"), path.join("mod.rs")] {
            named.extend(named_in(&file));
        }
    }
    named
}

fn named_in(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.strip_prefix("//! Peers: ")?.strip_suffix('.'));
    lines.flat_map(|line| line.split(", ")).map(str::to_owned).collect()
}

#[test]
fn every_peer_that_a_module_names_exists() {
    let (all, mut folders, mut seen) = (all(), vec![tests().join("blackbox")], 0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            for peer in named_in(&entry) {
                assert!(all.contains(&peer), "{}: {peer}", entry.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn every_peer_says_what_it_needs_in_words_that_the_scripts_know() {
    let all = all();
    for peer in &all {
        let needs = fs::read_to_string(tests().join("peers").join(peer).join("needs")).unwrap_or_else(|e| panic!("{peer}: {e}"));
        for line in needs.lines() {
            let words: Vec<_> = line.split(' ').collect();
            let known = match words[..] {
                ["peer", other] => all.iter().any(|p| p == other),
                ["apt", _, _] | ["apt", _, _, _] | ["stage", _] => true,
                ["pip" | "maven" | "go", file] => tests().join("peers").join(peer).join(file).exists(),
                _ => false,
            };
            assert!(known, "{peer}: {line}");
        }
        assert!(script(peer).contains("export HEADWATER_TEST_"), "{peer} exports nothing");
    }
}
