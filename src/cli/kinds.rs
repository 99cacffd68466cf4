//! `headwater kinds`: what can be connected to.

use clap::Args;
use connectors::Registry;

use serde_json::json;

use super::output::{List, Output};
use super::say;

/// List the kinds of datasource
#[derive(Debug, Args)]
pub(super) struct Kinds {
    /// As the table of the README, from the pages of the kinds
    #[arg(long, conflicts_with = "output")]
    markdown: bool,
    #[command(flatten)]
    output: Output,
}

impl Kinds {
    pub(super) fn run(&self) {
        if self.markdown {
            say(table(Registry).trim_end());
        } else {
            let rows = Registry.kinds().iter().map(|kind| [json!(kind.name), json!(kind.title)]).collect();
            self.output.print(&List { columns: ["name", "title"], rows });
        }
    }
}

/// All kinds and what each was tested against.
fn table(registry: Registry) -> String {
    let rows = registry.kinds().iter().map(|kind| {
        let tested = kind.said(&format!("Tested: {}", kind.name));
        format!("| `{}` | {} | {tested} |\n", kind.name, kind.title)
    });
    std::iter::once("| `datasourceType` | product | tested against |\n|---|---|---|\n".to_owned()).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The README holds the table as it is printed, so that neither goes its own way.
    #[test]
    fn the_readme_has_the_table() {
        let readme = include_str!("../../README.md");
        let table = table(Registry);
        assert!(readme.contains(&table), "put this into README.md:\n{table}");
        for kind in Registry.kinds() {
            assert!(
                !kind.said(&format!("Tested: {}", kind.name)).is_empty(),
                "{}: its page does not say what it was tested against",
                kind.name
            );
            for heading in ["Reads", "Leaves out", "Traps"] {
                assert!(!kind.said(heading).is_empty(), "{}: its page has no section {heading}", kind.name);
            }
        }
    }
}
