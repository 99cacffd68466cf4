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

/// In the order of how much they tell.
pub(super) const METHODS: [Method; 3] = [Method::Resolve, Method::Aliases, Method::Cat];

impl Method {
    /// The request.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Resolve => "/_resolve/index/*?expand_wildcards=open,closed",
            Self::Aliases => "/_alias?expand_wildcards=open,closed",
            Self::Cat => "/_cat/indices?format=json&h=index,status&expand_wildcards=open,closed",
        }
    }
}
