//! Parts of results in an object store, at URLs that are signed: fetched as by a stranger.

use std::collections::HashMap;

use bytes::Bytes;
use egress::Target;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use url::Url;

use super::protocol::Chunk;
use super::reader::ChunkRows;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::route::Way;

/// Bytes of a chunk as it is stored.
const STORED_BYTES: usize = 64 << 20;

/// Chunks of one statement.
const CHUNKS: usize = 2_000;

/// Headers that the object store wants beside the signature; nothing else that a server names is sent to another.
const PREFIX: &str = "x-amz-server-side-encryption-customer-";

/// Chunks that are still to be fetched.
#[derive(Default)]
pub(super) struct Chunks {
    left: std::vec::IntoIter<Chunk>,
    headers: HeaderMap,
}

impl Chunks {
    /// The chunks of a statement.
    pub(super) fn new(chunks: Vec<Chunk>, headers: Option<HashMap<String, String>>, key: Option<String>) -> Result<Self, ConnectError> {
        if chunks.len() > CHUNKS {
            return Err(K::TooMuch.into());
        }
        let headers = headers.unwrap_or_else(|| {
            let named = key.map(|key| [(format!("{PREFIX}algorithm"), "AES256".to_owned()), (format!("{PREFIX}key"), key)]);
            named.into_iter().flatten().collect()
        });
        let mut sent = HeaderMap::new();
        for (name, value) in headers.into_iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with(PREFIX)) {
            let name = HeaderName::try_from(name).map_err(|_| K::Protocol)?;
            let mut value = HeaderValue::try_from(value).map_err(|_| K::Protocol)?;
            value.set_sensitive(true);
            sent.insert(name, value);
        }
        Ok(Self { left: chunks.into_iter(), headers: sent })
    }

    /// Fetches the next one. Its host is the server's to choose: policy judges it like any other, and it gets no token.
    pub(super) async fn next(&mut self, way: &Way) -> Result<Option<ChunkRows>, ConnectError> {
        let Some(chunk) = self.left.next() else { return Ok(None) };
        let (target, path) = place(&chunk.url).ok_or(K::Protocol)?;
        let mut client = way.to(target).http().encoded();
        let answer = client.send(Method::GET, &path, self.headers.clone(), Bytes::new(), STORED_BYTES).await.map_err(of_store)?;
        if answer.status != StatusCode::OK {
            return Err(ConnectError::with_code(K::Server, answer.status.as_str()).with_remedy(AT_STORE.to_owned()));
        }
        Ok(Some(ChunkRows::new(answer.body)))
    }
}

const AT_STORE: &str =
    "let this server reach the object store that holds the account's results (SYSTEM$ALLOWLIST() lists its hosts as STAGE)";

/// The host that failed is none of the user's: what is to be done about it is said of the store.
fn of_store(error: egress::HttpError) -> ConnectError {
    let error = ConnectError::from(error);
    match error.kind {
        K::TooMuch | K::Protocol => error,
        _ => error.with_remedy(AT_STORE.to_owned()),
    }
}

/// Host and path of a URL: over TLS, without a user.
fn place(url: &str) -> Option<(Target, String)> {
    let url = Url::parse(url).ok()?;
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let host = url.host_str()?.parse().ok()?;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    Some((Target::new(host, url.port_or_known_default()?), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_over_tls() {
        let (target, path) = place("https://bucket.s3.amazonaws.com/a%2Fb?X-Amz-Signature=x%2By").expect("a place");
        assert_eq!(
            (target.host.to_string().as_str(), target.port, path.as_str()),
            ("bucket.s3.amazonaws.com", 443, "/a%2Fb?X-Amz-Signature=x%2By")
        );
        for url in ["http://b/x", "https://u:p@b/x", "https://u@b/x", "file:///etc/passwd", "//b/x", "/x", ""] {
            assert!(place(url).is_none(), "{url}");
        }
    }

    /// Threat S12: a server cannot make us say anything to another.
    #[test]
    fn s12_headers_of_encryption_only() {
        let given =
            [("x-amz-server-side-encryption-customer-key", "k"), ("Authorization", "x"), ("Metadata-Flavor", "Google"), ("Host", "y")];
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let chunks = Chunks::new(Vec::new(), Some(given), None).expect("chunks");
        assert_eq!(chunks.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-amz-server-side-encryption-customer-key"]);
        let chunks = Chunks::new(Vec::new(), None, Some("k".to_owned())).expect("chunks");
        assert_eq!(chunks.headers.len(), 2);
    }
}
