//! What one list does not say, and more of them do.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{Cluster, Failed};
use super::error::is_unknown;
use super::method::{Method, States};
use super::product::Product;
use super::resolved::{Alias, DataStream, Members, Resolved, is_hidden, parse};
use super::rows::each;
use crate::error::{ConnectError, ConnectErrorKind as K};

/// Names of indices, by what stands for them.
type Unions = BTreeMap<Box<str>, Members>;

/// Adds what other requests tell. Returns what cannot be listed.
pub(super) async fn complete(
    cluster: &mut Cluster,
    method: Method,
    product: Product,
    resolved: &mut Resolved,
) -> Result<Vec<&'static str>, ConnectError> {
    let mut gaps = Vec::new();
    match method {
        Method::Resolve if product == Product::OpenSearch => return unlisted(cluster, resolved).await.map(|()| gaps),
        Method::Resolve => return Ok(gaps),
        Method::Aliases => closed(cluster, resolved).await?,
        Method::Cat => gaps.push("its aliases could not be listed"),
    }
    if !streams(cluster, method, product, resolved).await? {
        gaps.push("its data streams could not be listed");
    }
    Ok(gaps)
}

/// Aliases that only their indices name, because the user's role names those and not the aliases: `OpenSearch` lets them be read all the
/// same. Hidden ones are named so, too.
async fn unlisted(cluster: &mut Cluster, resolved: &mut Resolved) -> Result<(), ConnectError> {
    let listed: BTreeSet<&str> = resolved.aliases.iter().map(|alias| &*alias.name).collect();
    let mut others = Unions::new();
    for index in &resolved.indices {
        for alias in index.aliases.iter().flat_map(|aliases| &aliases.0).filter(|name| !is_hidden(name) && !listed.contains(&***name)) {
            others.entry(alias.clone()).or_default().0.insert(index.name.clone());
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    let body = cluster.get(&Method::Resolve.path(States::All)).await?;
    for hidden in parse(Method::Resolve, &body).ok_or(K::Protocol)?.aliases {
        others.remove(&hidden.name);
    }
    resolved.aliases.extend(others.into_iter().map(|(name, indices)| Alias { name, indices }));
    Ok(())
}

/// Marks indices that are closed: a list of open ones is without them.
async fn closed(cluster: &mut Cluster, resolved: &mut Resolved) -> Result<(), ConnectError> {
    let body = cluster.get(&Method::Aliases.path(States::Open)).await?;
    let indices = &mut resolved.indices;
    indices.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    for index in indices.iter_mut() {
        index.attributes.closed = true;
    }
    let open = each(Method::Aliases, &body, |row| {
        if let Ok(at) = indices.binary_search_by(|index| index.name.cmp(&row.name)) {
            indices[at].attributes.closed = false;
        }
    });
    Ok(open.ok_or(K::Protocol)?)
}

/// Finds data streams by the names of the hidden indices behind them; whether it could.
async fn streams(cluster: &mut Cluster, method: Method, product: Product, resolved: &mut Resolved) -> Result<bool, ConnectError> {
    let body = match cluster.get(&method.path(States::All)).await {
        Ok(body) => body,
        // Before there was a word for hidden indices there were no streams.
        Err(Failed::Answer(error)) if is_unknown(&error) => return Ok(true),
        // Of a hidden index that is blocked as of one that is not for this user.
        Err(Failed::Answer(_)) => return Ok(false),
        Err(failed) => return Err(failed.into()),
    };
    let mut streams = Unions::new();
    let all = each(method, &body, |row| {
        if let Some(stream) = stream(&row.name, product) {
            streams.entry(stream.into()).or_default().0.insert(row.name);
        }
    });
    resolved.data_streams.extend(streams.into_iter().map(|(name, backing_indices)| DataStream { name, backing_indices }));
    Ok(all.map(|()| true).ok_or(K::Protocol)?)
}

/// The data stream that an index is behind, by the name that it was given: `.ds-STREAM-2026.01.31-000001`, without the day from
/// `OpenSearch` and before Elasticsearch 7.11.
fn stream(index: &str, product: Product) -> Option<&str> {
    let (name, generation) = index.strip_prefix(".ds-")?.rsplit_once('-')?;
    let named = generation.len() >= 6 && generation.bytes().all(|b| b.is_ascii_digit());
    let name = match name.rsplit_once('-') {
        Some((name, day)) if product == Product::Elasticsearch && is_day(day) => name,
        _ => name,
    };
    (named && !name.is_empty()).then_some(name)
}

fn is_day(text: &str) -> bool {
    let shape = |(at, b): (usize, u8)| if matches!(at, 4 | 7) { b == b'.' } else { b.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_by_the_names_of_their_indices() {
        for (index, elastic, open) in [
            (".ds-logs-x-2026.01.31-000001", Some("logs-x"), Some("logs-x-2026.01.31")),
            (".ds-logs-x-000012", Some("logs-x"), Some("logs-x")),
            (".ds-x-1000000", Some("x"), Some("x")),
            (".ds-2026.01.31-000001", Some("2026.01.31"), Some("2026.01.31")),
            (".ds-.own-000001", Some(".own"), Some(".own")),
            (".ds-x-00001", None, None),
            (".ds-x-00000a", None, None),
            (".ds--000001", None, None),
            (".ds-000001", None, None),
            ("ds-x-000001", None, None),
        ] {
            assert_eq!((stream(index, Product::Elasticsearch), stream(index, Product::OpenSearch)), (elastic, open), "{index}");
        }
    }
}
