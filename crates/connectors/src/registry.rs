//! The kinds there are, by name.

use crate::kind::Kind;
use crate::kinds::ALL;

/// The kinds there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Registry;

impl Registry {
    /// Every kind that has a connector.
    pub fn kinds(self) -> &'static [&'static Kind] {
        ALL
    }

    /// The kind of a name.
    pub fn find(self, name: &str) -> Option<&'static Kind> {
        ALL.iter().find(|kind| kind.name == name).copied()
    }
}
