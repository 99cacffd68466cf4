//! What may be dialed: a host in a strict grammar, and a port.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A host as a user gave it, brought to one form.
///
/// Every spelling that some resolver takes for an address (`2130706433`, `0x7f.1`, `127.1`, full-width
/// digits) becomes the address it means, by the host parser of the URL standard
/// (<https://url.spec.whatwg.org/#host-parsing>), so that policy decides on addresses only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A DNS name: lower case, ASCII, no final dot.
    Name(String),
    /// An address literal, with IPv4-mapped IPv6 brought to IPv4.
    Address(IpAddr),
}

/// Why a text is no host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Longer than a DNS name can be.
    #[error("must be at most 253 characters long")]
    TooLong,
    /// A path or a socket file instead of a name.
    #[error("must be a host name or an IP address, not a path")]
    Path,
    /// `a,b`: lists of hosts are a driver's feature that we do not pass on.
    #[error("must be one host, not a list")]
    List,
    /// Scheme, port, user, zone, or any character that no host has.
    #[error("must be a host name or an IP address, without scheme, port or path")]
    Grammar,
}

impl FromStr for Host {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TargetError::Empty);
        }
        if text.chars().count() > 253 {
            return Err(TargetError::TooLong);
        }
        if text.starts_with(['/', '.', '@']) || text.contains('\\') {
            return Err(TargetError::Path);
        }
        if text.contains([',', ';', ' ']) {
            return Err(TargetError::List);
        }
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<Ipv6Addr>() {
            return Ok(Self::Address(address.to_canonical()));
        }
        // `%` would be decoded by the URL parser: an escape has no place in a host name.
        if text.contains(['%', ':', '/', '@', '?', '#', '[', ']']) || text.chars().any(char::is_control) {
            return Err(TargetError::Grammar);
        }
        let undotted = text.strip_suffix('.').unwrap_or(text);
        match url::Host::parse(undotted).map_err(|_| TargetError::Grammar)? {
            url::Host::Ipv4(address) => Ok(Self::Address(address.into())),
            url::Host::Ipv6(address) => Ok(Self::Address(address.to_canonical())),
            url::Host::Domain(name) => {
                let label =
                    |l: &str| !l.is_empty() && l.len() <= 63 && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                if name.len() <= 253 && name.split('.').all(label) { Ok(Self::Name(name)) } else { Err(TargetError::Grammar) }
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// A host and a port: all that a dialer needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Where to.
    pub host: Host,
    /// The TCP port, never 0.
    pub port: u16,
}

impl Target {
    /// A target of a host that is already in form.
    pub fn new(host: Host, port: u16) -> Self {
        Self { host, port }
    }
}

/// `localhost` and everything below it mean this machine (RFC 6761), whatever DNS says.
pub(crate) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_become_that_address() {
        for (text, address) in [
            ("127.0.0.1", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0177.0.0.01", "127.0.0.1"),
            ("0", "0.0.0.0"),
            ("127.0.0.1.", "127.0.0.1"),
            ("::ffff:169.254.169.254", "169.254.169.254"),
            ("[::1]", "::1"),
            ("１２７.0.0.1", "127.0.0.1"),
            ("①②⑦.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(text.parse(), Ok(Host::Address(address.parse().expect("address"))), "{text}");
        }
    }

    #[test]
    fn names_are_lower_case_ascii_without_final_dot() {
        for (text, name) in [
            ("DB.Example.COM.", "db.example.com"),
            (" db ", "db"),
            ("my_db-1.internal", "my_db-1.internal"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(text.parse(), Ok(Host::Name(name.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for (text, error) in [
            ("", TargetError::Empty),
            ("  ", TargetError::Empty),
            ("/var/run/postgresql", TargetError::Path),
            ("@abstract", TargetError::Path),
            ("..", TargetError::Path),
            ("a,b", TargetError::List),
            ("a b", TargetError::List),
            ("postgres://h", TargetError::Grammar),
            ("h:5432", TargetError::Grammar),
            ("u@h", TargetError::Grammar),
            ("fe80::1%eth0", TargetError::Grammar),
            ("%31", TargetError::Grammar),
            ("a..b", TargetError::Grammar),
            ("a\0b", TargetError::Grammar),
            ("1.2.3.4.5", TargetError::Grammar),
            ("256.1.1.1", TargetError::Grammar),
        ] {
            assert_eq!(text.parse::<Host>(), Err(error), "{text:?}");
        }
        assert_eq!("a".repeat(254).parse::<Host>(), Err(TargetError::TooLong));
        assert_eq!("a".repeat(64).parse::<Host>(), Err(TargetError::Grammar));
    }
}
