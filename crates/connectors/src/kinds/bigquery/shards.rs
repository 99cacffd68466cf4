//! Tables that are one table cut into days: `events_20240101`, `events_20240102`, …

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::days;

/// A table as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    /// `TABLE`, `VIEW`, …
    pub(super) kind: String,
}

/// A table of the catalog.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// As it is.
    One(Listed),
    /// Many days; the newest has the columns of today.
    Days {
        /// `events_*`
        name: String,
        newest: Listed,
        count: usize,
        first: String,
        last: String,
    },
}

impl Entry {
    /// The name in the catalog.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::One(listed) => &listed.name,
            Self::Days { name, .. } => name,
        }
    }

    /// The table whose definition is asked for.
    pub(super) fn asked(&self) -> &Listed {
        match self {
            Self::One(listed) | Self::Days { newest: listed, .. } => listed,
        }
    }
}

/// The prefix (with its underscore) and the day of a shard.
fn day(name: &str) -> Option<(&str, &str)> {
    let at = name.len().checked_sub(8).filter(|at| name.is_char_boundary(*at))?;
    let (prefix, day) = name.split_at(at);
    (prefix.len() > 1 && prefix.ends_with('_') && day.bytes().all(|b| b.is_ascii_digit()) && is_date(day)).then_some((prefix, day))
}

fn is_date(day: &str) -> bool {
    let number = |range: std::ops::Range<usize>| day[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    year > 0 && (1..=days(year, month)).contains(&day)
}

/// Puts days together: two or more of one prefix, and no table of that name. In order of names.
pub(super) fn collapse(listed: Vec<Listed>) -> Vec<Entry> {
    let names: BTreeSet<String> = listed.iter().map(|table| table.name.clone()).collect();
    let mut seen = BTreeSet::new();
    let mut days: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    let mut entries = Vec::new();
    for table in listed {
        // Pages may overlap while tables come and go.
        if !seen.insert(table.name.clone()) {
            continue;
        }
        match day(&table.name) {
            Some((prefix, _)) if table.kind == "TABLE" && !names.contains(prefix.strip_suffix('_').unwrap_or(prefix)) => {
                days.entry(prefix.to_owned()).or_default().push(table);
            }
            _ => entries.push(Entry::One(table)),
        }
    }
    for (prefix, mut tables) in days {
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        let day = |table: &Listed| table.name[prefix.len()..].to_owned();
        let (count, first) = (tables.len(), tables.first().map(day).unwrap_or_default());
        let Some(newest) = tables.pop() else { continue };
        entries.push(if count > 1 {
            let last = day(&newest);
            Entry::Days { name: format!("{prefix}*"), newest, count, first, last }
        } else {
            Entry::One(newest)
        });
    }
    entries.sort_by(|a, b| a.name().cmp(b.name()));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collapsed(names: &[&str]) -> Vec<String> {
        let listed = names.iter().map(|name| match name.strip_prefix("view:") {
            Some(name) => Listed { name: name.to_owned(), kind: "VIEW".to_owned() },
            None => Listed { name: (*name).to_owned(), kind: "TABLE".to_owned() },
        });
        let show = |entry: &Entry| match entry {
            Entry::One(table) => table.name.clone(),
            Entry::Days { name, newest, count, first, last } => format!("{name} {count} {first}-{last} {}", newest.name),
        };
        collapse(listed.collect()).iter().map(show).collect()
    }

    #[test]
    fn days_become_one_table() {
        assert_eq!(
            collapsed(&["b", "events_20240102", "events_20231231", "events_20240229", "events_intraday_20240101"]),
            ["b", "events_* 3 20231231-20240229 events_20240229", "events_intraday_20240101"]
        );
        assert_eq!(collapsed(&["e_20240101"]), ["e_20240101"], "one is a table");
        assert_eq!(collapsed(&["e", "e_20240101", "e_20240102"]), ["e", "e_20240101", "e_20240102"], "there is a table of that name");
        assert_eq!(collapsed(&["e_20240101", "e_20240101"]), ["e_20240101"], "one that was listed twice");
        assert_eq!(collapsed(&["e", "e__20240101", "e__20240102"]), ["e", "e__* 2 20240101-20240102 e__20240102"]);
        assert_eq!(collapsed(&["e_20230229", "e_20231301", "e_20230100", "e_00000101"]).len(), 4, "no dates");
        assert_eq!(collapsed(&["e20240101", "e20240102", "_20240101", "_20240102"]).len(), 4, "no prefix");
        assert_eq!(collapsed(&["view:e_20240101", "view:e_20240102", "e_20240103"]).len(), 3, "views are no days");
        assert_eq!(collapsed(&["日本_20240101", "日本_20240102", "日本", "é"]).len(), 4);
    }
}
