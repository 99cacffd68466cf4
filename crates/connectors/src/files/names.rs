//! Names of tables that come of names of files and sheets: no two alike.

use std::collections::{HashMap, HashSet};

/// Names that are given once: of two that would be the same the second is `name_2`, unless that is another's own.
pub(crate) struct Names<'a> {
    /// What somebody is called without any help.
    own: HashSet<&'a str>,
    /// What was given, and the number to try next.
    given: HashMap<String, u64>,
}

impl<'a> Names<'a> {
    /// Nothing given yet, and these are somebody's own.
    pub(crate) fn of(own: impl Iterator<Item = &'a str>) -> Self {
        Self { own: own.collect(), given: HashMap::new() }
    }

    /// The name of somebody whose own name this is.
    pub(crate) fn take(&mut self, base: &str) -> String {
        if self.given.contains_key(base) {
            return self.another(base);
        }
        self.given.insert(base.to_owned(), 2);
        base.to_owned()
    }

    /// The name of somebody who comes after all those that have names of their own.
    pub(crate) fn beside(&mut self, base: &str) -> String {
        if self.own.contains(base) { self.another(base) } else { self.take(base) }
    }

    fn another(&mut self, base: &str) -> String {
        let mut number = self.given.get(base).copied().unwrap_or(2);
        let name = loop {
            let name = format!("{base}_{number}");
            number += 1;
            if !self.given.contains_key(&name) && !self.own.contains(name.as_str()) {
                break name;
            }
        };
        // However many there are of one name, none is tried twice.
        self.given.insert(base.to_owned(), number);
        self.given.insert(name.clone(), 2);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_alike() {
        let own = ["x", "x", "x_2", "x", "book.s"];
        let mut names = Names::of(own.into_iter());
        assert_eq!(own.map(|name| names.take(name)), ["x", "x_3", "x_2", "x_4", "book.s"]);
        assert_eq!(["book.s", "book.t", "book.t", "x_2"].map(|name| names.beside(name)), ["book.s_2", "book.t", "book.t_2", "x_2_2"]);
        assert_eq!(names.take("X"), "X", "case matters");
    }

    #[test]
    fn many_of_one_name() {
        let mut names = Names::of(std::iter::repeat_n("x", 100_000));
        let mut given: Vec<_> = (0..100_000).map(|_| names.take("x")).collect();
        assert_eq!(given.last().map(String::as_str), Some("x_100000"));
        given.sort_unstable();
        given.dedup();
        assert_eq!(given.len(), 100_000);
    }
}
