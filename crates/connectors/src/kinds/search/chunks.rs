//! Names in chunks that fit into the line of a request, and into an answer.

use super::cluster::encoded;

/// Bytes of a path: clusters take 4,096 for the whole first line.
const PATH_BYTES: usize = 3_900;

const BEFORE: &str = "/";
// Of indices that are asked for by their names none is left out, closed or hidden.
const AFTER: &str = "/_mapping";

/// The path that asks for the mappings of these indices.
pub(super) fn path(names: &[Box<str>]) -> String {
    let names: Vec<_> = names.iter().map(|name| encoded(name)).collect();
    format!("{BEFORE}{}{AFTER}", names.join(","))
}

/// How many of the names, from the first on, fit into one path; one at least, and no more than `most`.
pub(super) fn fitting(names: &[Box<str>], most: usize) -> usize {
    let mut bytes = BEFORE.len() + AFTER.len();
    let mut fits = |name: &str| {
        bytes += encoded(name).len() + 1;
        bytes <= PATH_BYTES
    };
    names.iter().take(most).take_while(|name| fits(name)).count().max(1)
}

/// Whether a name is one of an index, and nothing that would ask for others: a list, a pattern, a request of its own.
pub(super) fn is_name(name: &str) -> bool {
    let first = |c: char| matches!(c, '_' | '-' | '+' | '<');
    (1..=255).contains(&name.len())
        && !name.starts_with(first)
        && !matches!(name, "." | "..")
        && !name.chars().any(|c| c.is_control() || matches!(c, ' ' | ',' | '*' | '?' | '"' | '<' | '>' | '|' | '/' | '\\' | '#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize, name: &str) -> Vec<Box<str>> {
        (0..count).map(|n| format!("{name}{n:04}").into()).collect()
    }

    #[test]
    fn paths_stay_below_what_a_cluster_takes() {
        for name in ["a", "logs-2026.01.01-", &"ü名 %".replace(' ', "").repeat(20)] {
            let all = names(3_000, name);
            let (mut at, mut requests) = (0, 0);
            while at < all.len() {
                let count = fitting(&all[at..], usize::MAX);
                assert!(path(&all[at..at + count]).len() <= PATH_BYTES, "{name}");
                (at, requests) = (at + count, requests + 1);
            }
            assert_eq!(at, all.len());
            assert!(requests < 800, "{requests}");
        }
        assert_eq!(fitting(&names(10, "a"), 3), 3);
        assert_eq!(path(&["a-b_c.d".into(), "é".into()]), "/a-b_c.d,%C3%A9/_mapping");
    }

    #[test]
    fn what_is_no_name() {
        for name in ["a", "logs-1", ".ds-x", "名前", "a%b", "a'b", "it;s"] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["", "_all", "-a", "+a", "a*", "a,b", "a b", "a?b", "a/b", "a\\b", "a#b", "<a-{now/d}>", ".", "..", "a\nb", &"x".repeat(256)]
        {
            assert!(!is_name(name), "{name}");
        }
    }
}
