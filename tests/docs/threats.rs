//! `docs/threats.md` and the tests: every row that code cites is on the page, and every test that the page names exists.

use std::collections::{BTreeMap, BTreeSet};

use crate::{read, root, sources};

/// `S6`, `R12`: a letter of the three and a number.
fn is_row(word: &str) -> bool {
    let mut chars = word.chars();
    matches!(chars.next(), Some('S' | 'R' | 'L')) && (2..=3).contains(&word.len()) && chars.all(|c| c.is_ascii_digit())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The name of the function that begins on this line.
fn function(line: &str) -> Option<&str> {
    let (_, after) = line.trim_start().split_once("fn ")?;
    words(after).next()
}

/// The rows at the front of a test's name: `s1_s3_unknown_keys`.
fn rows_of_name(name: &str) -> Vec<String> {
    name.split('_').map(str::to_uppercase).take_while(|part| is_row(part)).collect()
}

/// The rows of a comment that speaks of threats.
fn rows_of_comment(comment: &str) -> Vec<String> {
    let cites = comment.contains("Threat ") || comment.contains("Threats ");
    words(comment).filter(|word| cites && is_row(word)).map(str::to_owned).collect()
}

/// Every function with the rows that its name and the comment above it cite.
fn functions() -> BTreeMap<String, BTreeSet<String>> {
    let mut functions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let mut above = BTreeSet::new();
        for line in read(&file).lines().map(str::trim_start) {
            if let Some(name) = function(line) {
                above.extend(rows_of_name(name));
                functions.entry(name.to_owned()).or_default().append(&mut above);
            } else if let Some(comment) = line.strip_prefix("//") {
                above.extend(rows_of_comment(comment));
            } else if !line.starts_with("#[") {
                above.clear();
            }
        }
    }
    functions
}

#[test]
fn every_threat_that_code_cites_is_on_the_page() {
    let page = read(&root().join("docs/threats.md"));
    let rows: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")?.split(' ').next()).collect();
    let mut cited = BTreeSet::new();
    for file in sources() {
        for line in read(&file).lines() {
            let comments = line.trim_start().strip_prefix("//").into_iter().flat_map(rows_of_comment);
            for row in comments.chain(function(line).into_iter().flat_map(rows_of_name)) {
                assert!(rows.contains(row.as_str()), "{}: {row} is not in docs/threats.md", file.display());
                cited.insert(row);
            }
        }
    }
    assert!(cited.len() > 20, "{cited:?}");
}

#[test]
fn every_test_that_the_page_names_exists_and_carries_the_row() {
    let functions = functions();
    let page = read(&root().join("docs/threats.md"));
    let (mut row, mut seen) = ("", 0);
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            row = title.split(' ').next().expect("a row");
            assert!(is_row(row), "{title}");
        }
        if line.starts_with("Test: ") || line.starts_with("Tests: ") {
            for name in line.split('`').skip(1).step_by(2) {
                let carried = functions.get(name).unwrap_or_else(|| panic!("docs/threats.md names a test that is not there: {name}"));
                assert!(carried.contains(row), "{row}: {name} carries {carried:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40);
}
