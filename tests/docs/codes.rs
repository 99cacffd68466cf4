//! `docs/codes.md` and the code: every code, every step is on the page, and none that is not there.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes the table of what can go wrong from the code.

use std::collections::BTreeSet;
use std::fs;

use crate::{read, root, sources};

const PAGE: &str = "docs/codes.md";
const BEGIN: &str = "<!-- from the code: UPDATE_DOCS=1 cargo test --test docs -->\n";
const END: &str = "<!-- end -->\n";

/// The string literals of a Rust file, in their order; the tests at its end are left out.
fn literals(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]").next().expect("a part");
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect();
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn is_code(text: &str) -> bool {
    text.len() > 2 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// The file among the sources that ends like this.
fn source(end: &str) -> String {
    let found: Vec<_> = sources().into_iter().filter(|path| path.ends_with(end)).collect();
    assert_eq!(found.len(), 1, "{end}: {found:?}");
    read(&found[0])
}

/// What can go wrong with a datasource: code, sentence, remedy stand one after the other in the source.
fn failures() -> String {
    let literals = literals(&source("connectors/src/error/kind.rs"));
    let rows = literals.windows(3).filter(|three| is_code(&three[0])).map(|three| {
        assert!(!is_code(&three[1]) && !is_code(&three[2]), "{three:?}");
        format!("| `{}` | {} | {} |\n", three[0], three[1], three[2])
    });
    let rows: String = rows.collect();
    assert!(rows.lines().count() > 30);
    format!("| code | what happened | remedy (a kind may have a better one) |\n|---|---|---|\n{rows}")
}

#[test]
fn what_can_go_wrong_with_a_datasource() {
    let page = read(&root().join(PAGE));
    let (before, rest) = page.split_once(BEGIN).expect("the beginning of the table");
    let (table, after) = rest.split_once(END).expect("the end of the table");
    let wanted = failures();
    if table != wanted && std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(PAGE), format!("{before}{BEGIN}{wanted}{END}{after}")).expect("written");
        return;
    }
    for (is, should) in table.lines().zip(wanted.lines()) {
        assert_eq!(is, should, "UPDATE_DOCS=1 cargo test --test docs writes the table");
    }
    assert_eq!(table, wanted, "UPDATE_DOCS=1 cargo test --test docs writes the table");
}

/// The first cells of a section's table.
fn cells(page: &str, section: &str) -> BTreeSet<String> {
    let (_, after) = page.split_once(&format!("\n## {section}\n")).unwrap_or_else(|| panic!("no section {section}"));
    let section = after.split("\n## ").next().expect("a part");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    // A cell may name several.
    rows.filter_map(|row| row.split(" | ").next())
        .flat_map(|cell| cell.split("`, `"))
        .map(|word| word.trim_end_matches('`').to_owned())
        .collect()
}

#[test]
fn codes_of_the_api() {
    let codes: BTreeSet<String> = literals(&source("api/v2/error.rs")).into_iter().filter(|text| is_code(text)).collect();
    assert!(codes.len() > 10);
    assert_eq!(cells(&read(&root().join(PAGE)), "Codes of the API"), codes);
}

#[test]
fn steps() {
    let mut steps = BTreeSet::new();
    for file in
        sources().into_iter().filter(|path| path.ends_with("egress/src/plan.rs") || path.components().any(|c| c.as_os_str() == "kinds"))
    {
        let text = read(&file);
        for call in ["Step::new(\"", "Self::new(\""] {
            let code = text.split("#[cfg(test)]").next().expect("a part");
            steps.extend(code.split(call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    assert!(steps.len() > 10);
    assert_eq!(cells(&read(&root().join(PAGE)), "Steps of a test"), steps);
}

/// The words of an enumeration that is made by `words!`.
fn words_of(file: &str, name: &str) -> BTreeSet<String> {
    let text = source(file);
    let (_, after) = text.split_once(&format!("{name} {{")).expect("the words");
    literals(after.split_once('}').expect("their end").0).into_iter().collect()
}

#[test]
fn words_of_a_partial_cache_and_of_notes() {
    let page = read(&root().join(PAGE));
    assert_eq!(cells(&page, "Why a cache is partial"), words_of("catalog/src/summary.rs", "Partial"));
    assert_eq!(cells(&page, "Notes"), words_of("catalog/src/note.rs", "NoteCode"));
}

/// The OpenAPI document lists the same words as the page.
#[test]
fn words_of_the_openapi_document() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_headwater")).arg("openapi").output().expect("the binary runs");
    let document: serde_json::Value = serde_json::from_slice(&out.stdout).expect("json");
    let words = |pointer: &str| -> BTreeSet<String> {
        let list = document.pointer(pointer).and_then(serde_json::Value::as_array).unwrap_or_else(|| panic!("no {pointer}"));
        list.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
    };
    let page = read(&root().join(PAGE));
    let mut codes = words("/components/schemas/ErrorCode/enum");
    assert!(codes.remove("DATASOURCE_IN_USE"), "it is reserved: the document lists it, nothing answers it");
    assert_eq!(cells(&page, "Codes of the API"), codes);
    assert_eq!(cells(&page, "Steps of a test"), words("/components/schemas/TestStep/properties/step/enum"));
    assert_eq!(cells(&page, "What can go wrong with a datasource"), words("/components/schemas/TestCode/enum"));
}
