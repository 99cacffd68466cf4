//! What there is in a cluster: indices, data streams and aliases, by the first request that the user may send.

use std::collections::{BTreeMap, BTreeSet};

use catalog::Hold;

use super::cluster::{Cluster, Failed};
use super::complete::complete;
use super::error::is_block;
use super::method::{METHODS, Method, States};
use super::product::Product;
use super::resolved::{Alias, DataStream, Index, Members, Resolved, is_hidden, parse};
use crate::error::{ConnectError, ConnectErrorKind as K};

/// What there is. Hidden is what the cluster calls so (it does not show that), and what begins with a point.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Indices to show, and whether each is closed.
    pub(super) indices: BTreeMap<Box<str>, bool>,
    /// What stands for several indices: data streams and aliases, with the names of those.
    pub(super) unions: BTreeMap<Box<str>, Union>,
    /// Whether all of it found room in memory.
    pub(super) whole: bool,
    /// What could not be listed, in words.
    pub(super) gaps: Vec<&'static str>,
}

/// A data stream or an alias.
#[derive(Debug)]
pub(super) struct Union {
    /// Whether it is a view of indices that are shown too.
    pub(super) alias: bool,
    /// Its indices.
    pub(super) members: BTreeSet<Box<str>>,
}

/// The first request that the cluster answers.
pub(super) async fn method(cluster: &mut Cluster, product: Product) -> Result<Method, ConnectError> {
    let (mut first, mut blocked) = (None, None);
    for method in METHODS {
        match cluster.get(&method.path(States::Shown)).await {
            Ok(body) => return parse(method, &body).map(|_| method).ok_or_else(|| K::Protocol.into()),
            // A request that is not known, or not for this user, says nothing about the others.
            Err(Failed::Answer(error)) if matches!(error.kind, K::NoPrivilege | K::Server | K::Protocol) => {
                let why = if is_block(&error) { &mut blocked } else { &mut first };
                why.get_or_insert(error);
            }
            Err(failed) => return Err(failed.into()),
        }
    }
    Err(verdict(first, blocked, product))
}

/// Why there is no list. One index with a block on its metadata blocks all requests but the first: then that is what is wrong, for who
/// may not send the first.
fn verdict(first: Option<ConnectError>, blocked: Option<ConnectError>, product: Product) -> ConnectError {
    let refused = first.as_ref().is_some_and(|error| error.kind == K::NoPrivilege);
    let grant = product.privileges_to_list();
    match (blocked, refused) {
        (Some(error), true) => error.with_remedy(format!("{UNBLOCK}, or {grant}")),
        (Some(error), false) => error.with_remedy(UNBLOCK.to_owned()),
        (None, true) => first.unwrap_or_else(|| K::NoPrivilege.into()).with_remedy(grant.to_owned()),
        (None, false) => first.unwrap_or_else(|| K::Protocol.into()),
    }
}

const UNBLOCK: &str = "take index.blocks.metadata off the indices that have it";

/// Lists what there is, as far as `held` has room.
pub(super) async fn list(cluster: &mut Cluster, method: Method, product: Product, held: &Hold) -> Result<Listing, ConnectError> {
    let body = cluster.get(&method.path(States::Shown)).await?;
    let mut resolved = parse(method, &body).ok_or(K::Protocol)?;
    drop(body);
    let gaps = complete(cluster, method, product, &mut resolved).await?;
    Ok(Listing { gaps, ..Listing::of(resolved, held) })
}

impl Listing {
    fn of(resolved: Resolved, held: &Hold) -> Self {
        let mut listing = Self::default();
        let mut backing = BTreeSet::new();
        // Streams before aliases, because an alias may stand for streams.
        for DataStream { name, backing_indices: Members(members) } in resolved.data_streams {
            if members.iter().all(|member| held.takes(member.len())) {
                backing.extend(members.iter().cloned());
            }
            listing.union(name, false, members, held);
        }
        for Index { name, attributes, data_stream, .. } in resolved.indices {
            let backs = data_stream.is_some() || backing.contains(&name);
            // By their aliases streams are listed as indices are.
            let hidden = is_hidden(&name) || attributes.hidden || backs || listing.unions.contains_key(&name);
            if !hidden && held.takes(name.len()) {
                listing.indices.insert(name, attributes.closed);
            }
        }
        for Alias { name, indices: Members(indices) } in resolved.aliases {
            listing.union(name, true, indices, held);
        }
        listing.whole = held.fitted();
        listing
    }

    fn union(&mut self, name: Box<str>, alias: bool, members: BTreeSet<Box<str>>, held: &Hold) {
        // What is called like an index or a stream is that.
        if is_hidden(&name) || self.indices.contains_key(&name) || self.unions.contains_key(&name) || !held.takes(name.len()) {
            return;
        }
        let mut all = BTreeSet::new();
        for member in members {
            // Many aliases of one large stream are more than was sent.
            let fitted = match self.unions.get(&member) {
                Some(stream) => add(&mut all, stream.members.iter().cloned(), held),
                None => add(&mut all, [member], held),
            };
            if !fitted {
                return;
            }
        }
        self.unions.insert(name, Union { alias, members: all });
    }

    /// Every index whose mapping is needed, in the order of their names.
    pub(super) fn wanted(&self) -> Vec<Box<str>> {
        // Sorted in place: there may be very many.
        let mut all: Vec<_> = self.indices.keys().chain(self.unions.values().flat_map(|union| &union.members)).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Adds names as far as there is room; whether there was.
fn add(all: &mut BTreeSet<Box<str>>, names: impl IntoIterator<Item = Box<str>>, held: &Hold) -> bool {
    for name in names {
        if !held.takes(name.len()) {
            return false;
        }
        all.insert(name);
    }
    true
}

#[cfg(test)]
mod tests {
    use catalog::Budget;

    use super::*;

    fn listing(method: Method, body: &str) -> Listing {
        Listing::of(parse(method, body.as_bytes()).expect("a listing"), &Budget::new(1 << 20).hold())
    }

    #[test]
    fn streams_aliases_and_what_is_hidden() {
        let all = listing(
            Method::Resolve,
            r#"{"indices":[{"name":"a","aliases":["both"],"attributes":["open"]},{"name":"b","attributes":["closed"]},{"name":".kibana","attributes":["open"]},
                {"name":"h","attributes":["hidden","open"]},{"name":"old-1","attributes":["open"],"data_stream":"s"},{"name":"moved","attributes":["open"]}],
                "aliases":[{"name":"both","indices":["a","b"]},{"name":"one","indices":"a"},{"name":"of-stream","indices":["s"]},{"name":".x","indices":["a"]},{"name":"s","indices":["a"]}],
                "data_streams":[{"name":"s","backing_indices":[".ds-s-1","moved"],"timestamp_field":"@timestamp"},{"name":".hidden","backing_indices":["z"]}]}"#,
        );
        assert_eq!(all.indices.iter().map(|(name, closed)| (&**name, *closed)).collect::<Vec<_>>(), [("a", false), ("b", true)]);
        let unions: Vec<_> = all.unions.iter().map(|(n, u)| (&**n, u.alias, u.members.iter().map(|m| &**m).collect::<Vec<_>>())).collect();
        assert_eq!(
            unions,
            [
                ("both", true, vec!["a", "b"]),
                ("of-stream", true, vec![".ds-s-1", "moved"]),
                ("one", true, vec!["a"]),
                ("s", false, vec![".ds-s-1", "moved"])
            ]
        );
        assert_eq!(all.wanted().len(), 4);
        assert!(all.whole);
    }

    #[test]
    fn the_same_by_other_requests() {
        let aliases = listing(Method::Aliases, r#"{"a":{"aliases":{"both":{"is_write_index":true}}},"b":{"aliases":{"both":{}}},".x":{}}"#);
        assert_eq!((aliases.indices.len(), aliases.unions["both"].members.len()), (2, 2));
        let hidden = listing(Method::Aliases, r#"{"a":{"aliases":{"h":{"is_hidden":true},"s":{"filter":{},"is_hidden":false}}}}"#);
        assert_eq!(hidden.unions.keys().map(|name| &**name).collect::<Vec<_>>(), ["s"]);
        let cat = listing(Method::Cat, r#"[{"index":"a","status":"open"},{"index":"b","status":"close"},{"index":".x","status":null}]"#);
        assert_eq!(cat.indices.into_iter().collect::<Vec<_>>(), [("a".into(), false), ("b".into(), true)]);
        assert!(parse(Method::Resolve, b"[]").is_none() && parse(Method::Cat, b"{}").is_none());
    }

    #[test]
    fn no_more_than_fits() {
        let body = r#"{"indices":[{"name":"a"},{"name":"b"},{"name":"c"}]}"#;
        let all = Listing::of(parse(Method::Resolve, body.as_bytes()).expect("a listing"), &Budget::new(300).hold());
        assert_eq!((all.indices.len(), all.whole), (2, false));
    }
}
