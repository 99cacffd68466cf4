//! Circles in a graph of files.

use std::collections::{BTreeMap, BTreeSet};

/// Which files each file imports from.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The groups of files of which each reaches every other.
pub(crate) fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let reach: BTreeMap<_, _> = graph.keys().map(|file| (file, reached(graph, file))).collect();
    let mut found = BTreeSet::new();
    for (file, others) in &reach {
        let circle: Vec<_> = others.iter().filter(|other| reach.get(other).is_some_and(|back| back.contains(*file))).cloned().collect();
        if !circle.is_empty() {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// What `file` imports from, directly or through others; itself only if a circle leads back.
fn reached(graph: &Graph, file: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        for other in graph.get(next).into_iter().flatten() {
            if seen.insert(other.clone()) {
                open.push(other);
            }
        }
    }
    seen
}
