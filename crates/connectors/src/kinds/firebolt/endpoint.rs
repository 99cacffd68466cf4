//! Hosts: the vendor's own, and those that its API names.

use egress::{Host, Target};
use url::Url;

use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::route::Way;

/// The vendor's domain.
const DOMAIN: &str = ".firebolt.io";

/// What a server may say in a URL beside the host.
const PARAMETERS: [&str; 3] = ["account_id", "database", "engine"];

/// Where statements go, and what is said with each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) target: Target,
    pub(super) parameters: Vec<(String, String)>,
}

impl Endpoint {
    /// Reads `host?account_id=…`, with or without a scheme: TLS is spoken whatever that is.
    pub(super) fn read(text: &str) -> Option<Self> {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let url = Url::parse(&format!("https://{rest}")).ok()?;
        if !url.username().is_empty() || url.password().is_some() || url.path() != "/" {
            return None;
        }
        let target = Target::new(url.host_str()?.parse().ok()?, url.port_or_known_default()?);
        let known = url.query_pairs().filter(|(name, _)| PARAMETERS.contains(&&**name));
        Some(Self { target, parameters: known.map(|(name, value)| (name.into_owned(), value.into_owned())).collect() })
    }
}

/// Whether secrets may go there: hosts of the vendor's, and others that the operator allows by their name.
pub(super) fn trusted(way: &Way) -> Result<(), ConnectError> {
    let of_vendor = matches!(&way.target().host, Host::Name(name) if name.len() > DOMAIN.len() && name.ends_with(DOMAIN));
    if of_vendor || way.is_named() {
        return Ok(());
    }
    Err(ConnectError::from(K::Denied).with_remedy(
        "leave apiEndpoint out, or give a host under firebolt.io; the operator of this server may allow another by its name".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_api_names() {
        let read = |text: &str| Endpoint::read(text).map(|e| (e.target.host.to_string(), e.target.port, e.parameters));
        let with = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        assert_eq!(read("e.api.us-east-1.app.firebolt.io"), Some(("e.api.us-east-1.app.firebolt.io".to_owned(), 443, vec![])));
        assert_eq!(
            read("http://e.firebolt.io:8443/?account_id=a%2Bb&x=y"),
            Some(("e.firebolt.io".to_owned(), 8443, with("account_id", "a+b")))
        );
        for text in ["", "u:p@e.firebolt.io", "e.firebolt.io/path", "https://", "a b"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
