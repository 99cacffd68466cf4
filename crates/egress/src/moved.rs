//! Hosts of vendors that the operator has somewhere else: a private endpoint, a gateway of the company's, an emulator.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use crate::target::{Host, Target};

/// `bigquery.googleapis.com=https://bigquery.internal.example.com`: for a kind whose server is one vendor's, and so no credential.
/// Only where to is said by it; policy judges the new target as any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    host: Host,
    /// Whether TLS is spoken there.
    pub https: bool,
    /// Where it is.
    pub target: Target,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be HOST=URL, the URL with http or https, a host and perhaps a port")]
pub struct ParseMovedError;

impl Moved {
    /// Whether it is about `host`.
    pub(crate) fn is_of(&self, host: &Host) -> bool {
        self.host == *host
    }
}

impl FromStr for Moved {
    type Err = ParseMovedError;

    fn from_str(text: &str) -> Result<Self, ParseMovedError> {
        let (host, url) = text.trim().split_once('=').ok_or(ParseMovedError)?;
        let host = host.parse().map_err(|_| ParseMovedError)?;
        let url = Url::parse(url).map_err(|_| ParseMovedError)?;
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || url.path() != "/" {
            return Err(ParseMovedError);
        }
        let there = url.host_str().ok_or(ParseMovedError)?.trim_matches(['[', ']']).parse().map_err(|_| ParseMovedError)?;
        let port = url.port_or_known_default().ok_or(ParseMovedError)?;
        Ok(Self { host, https: url.scheme() == "https", target: Target::new(there, port) })
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        match &self.target.host {
            Host::Address(address @ std::net::IpAddr::V6(_)) => write!(f, "{}={scheme}://[{address}]:{}", self.host, self.target.port),
            host => write!(f, "{}={scheme}://{host}:{}", self.host, self.target.port),
        }
    }
}

impl Serialize for Moved {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moved {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        for (text, again) in [
            ("a.example=https://b.example", "a.example=https://b.example:443"),
            ("A.example.=http://127.0.0.1:9050/", "a.example=http://127.0.0.1:9050"),
            ("a.example=http://[::1]:1", "a.example=http://[::1]:1"),
        ] {
            let moved: Moved = text.parse().expect(text);
            assert_eq!(moved.to_string(), again);
            assert_eq!(moved.to_string().parse(), Ok(moved.clone()));
            assert!(moved.is_of(&"a.example".parse().expect("host")));
        }
        for text in [
            "",
            "a.example",
            "=https://b",
            "a=b",
            "a=ftp://b",
            "a=https://u@b",
            "a=https://b/path",
            "a=https://b?q",
            "a=file:///etc/passwd",
            "a=https://",
        ] {
            assert_eq!(text.parse::<Moved>(), Err(ParseMovedError), "{text}");
        }
    }
}
