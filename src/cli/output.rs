//! Where a command's words go, and in which form.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::error::CliError;

/// Prints why a command failed.
#[expect(clippy::print_stderr, reason = "a command line speaks on standard error")]
pub(super) fn complain(error: &CliError) {
    eprintln!("headwater: {error}");
}

/// Prints a line of a command's result.
#[expect(clippy::print_stdout, reason = "the result of a command")]
pub(super) fn say(line: &str) {
    println!("{line}");
}

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people: a head, and a line for each
    Table,
    /// For programs: an array of objects
    Json,
}

/// How a list is printed.
#[derive(Debug, Clone, Args)]
pub(super) struct Output {
    /// As a table for people, or as JSON for programs
    #[arg(long, value_name = "FORM", default_value = "table", value_enum)]
    output: Form,
}

/// A list: what its columns are called as members of JSON (their heads are made of that), and its rows.
pub(super) struct List<const N: usize> {
    pub(super) columns: [&'static str; N],
    pub(super) rows: Vec<[Value; N]>,
}

impl Output {
    /// Prints a list.
    pub(super) fn print<const N: usize>(&self, list: &List<N>) {
        match self.output {
            Form::Table => say(list.table().trim_end()),
            Form::Json => say(&format!("{:#}", list.json())),
        }
    }
}

impl<const N: usize> List<N> {
    fn json(&self) -> Value {
        let object = |row: &[Value; N]| -> Value {
            self.columns.iter().zip(row).map(|(column, value)| ((*column).to_owned(), value.clone())).collect::<Map<_, _>>().into()
        };
        self.rows.iter().map(object).collect()
    }

    fn table(&self) -> String {
        let head = self.columns.map(head);
        let rows = self.rows.iter().map(|row| row.clone().map(|value| cell(&value)));
        let lines: Vec<[String; N]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..N).map(width).collect();
        let mut out = String::new();
        for line in &lines {
            let padded: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            out.push_str(padded.join("  ").trim_end());
            out.push('\n');
        }
        out
    }
}

/// `createdAt` over a column is `CREATED AT`.
fn head(member: &'static str) -> String {
    let mut out = String::new();
    for letter in member.chars() {
        if letter.is_ascii_uppercase() {
            out.push(' ');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => escaped(text),
        other => other.to_string(),
    }
}

/// Text that does nothing to a terminal, and is one line: control characters, and those that turn the direction of writing, are
/// written as their numbers.
pub(super) fn escaped(text: &str) -> String {
    let acts =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    text.chars().map(|c| if acts(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_in_both_forms() {
        let list = List {
            columns: ["id", "createdAt", "name"],
            rows: vec![[json!(1), json!(null), json!("a\u{1b}[31m\n\t\u{202e}é\\")], [json!(200), json!("2026"), json!("")]],
        };
        assert_eq!(list.table(), "ID   CREATED AT  NAME\n1    -           a\\u{1b}[31m\\n\\t\\u{202e}é\\\n200  2026\n");
        let all = list.json();
        assert_eq!(all[0], json!({"id": 1, "createdAt": null, "name": "a\u{1b}[31m\n\t\u{202e}é\\"}));
        assert_eq!(all.as_array().map(Vec::len), Some(2));
        assert_eq!(List { columns: ["id"], rows: Vec::new() }.table(), "ID\n");
    }
}
