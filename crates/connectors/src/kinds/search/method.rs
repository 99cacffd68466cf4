//! Requests that list what there is.

/// A request that lists indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Everything there is, from Elasticsearch 7.9 and `OpenSearch` 1 on.
    Resolve,
    /// Indices and their aliases.
    Aliases,
    /// Indices alone.
    Cat,
}

/// Which indices are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum States {
    /// Those that are open, and not hidden.
    Open,
    /// Those that are not hidden.
    Shown,
    /// Hidden ones too, and hidden aliases. Elasticsearch has that from 7.7 on.
    All,
}

/// In the order of how much they tell.
pub(super) const METHODS: [Method; 3] = [Method::Resolve, Method::Aliases, Method::Cat];

impl Method {
    /// The request for indices of these states.
    pub(super) fn path(self, states: States) -> String {
        let start = match self {
            Self::Resolve => "/_resolve/index/*?",
            Self::Aliases => "/_alias?",
            Self::Cat => "/_cat/indices?format=json&h=index,status&",
        };
        let states = match states {
            States::Open => "open",
            States::Shown => "open,closed",
            States::All => "open,closed,hidden",
        };
        format!("{start}expand_wildcards={states}")
    }
}
