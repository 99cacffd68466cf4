//! One entry of the allow or deny list.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::ranges::embedded_v4;

/// A network, a host suffix or a range of ports: `10.0.0.0/8`, `192.0.2.7`, `.example.com`, `port:5432`, `port:1024-65535`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Rule {
    /// Addresses of a network.
    Network(IpNet),
    /// A name and everything below it.
    Suffix(String),
    /// Ports from the first to the second, both included.
    Ports(u16, u16),
}

/// The text is none of the three forms of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an egress rule: write a network (10.0.0.0/8), a host suffix (.example.com) or ports (port:5432, port:1024-65535)")]
pub struct ParseRuleError(String);

impl Rule {
    pub(crate) fn holds_address(&self, address: IpAddr) -> bool {
        let Self::Network(network) = self else { return false };
        let inner = match address {
            IpAddr::V6(v6) => embedded_v4(v6).map(IpAddr::V4),
            IpAddr::V4(_) => None,
        };
        network.contains(&address) || inner.is_some_and(|inner| network.contains(&inner))
    }

    pub(crate) fn holds_name(&self, name: &str) -> bool {
        let Self::Suffix(suffix) = self else { return false };
        name.strip_suffix(suffix.as_str()).is_some_and(|head| head.is_empty() || head.ends_with('.'))
    }

    pub(crate) fn holds_port(&self, port: u16) -> bool {
        matches!(self, Self::Ports(first, last) if (*first..=*last).contains(&port))
    }
}

impl FromStr for Rule {
    type Err = ParseRuleError;

    fn from_str(text: &str) -> Result<Self, ParseRuleError> {
        let text = text.trim();
        let wrong = || ParseRuleError(text.to_owned());
        if let Some(ports) = text.strip_prefix("port:") {
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let (first, last) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
            return if first <= last { Ok(Self::Ports(first, last)) } else { Err(wrong()) };
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network.trunc()));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.to_canonical().into()));
        }
        let suffix = text.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
        let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if suffix.split('.').all(label) && !suffix.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Ok(Self::Suffix(suffix));
        }
        Err(wrong())
    }
}

impl TryFrom<String> for Rule {
    type Error = ParseRuleError;

    fn try_from(text: String) -> Result<Self, ParseRuleError> {
        text.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Suffix(suffix) => write!(f, ".{suffix}"),
            Self::Ports(first, last) if first == last => write!(f, "port:{first}"),
            Self::Ports(first, last) => write!(f, "port:{first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_their_reach() {
        let network: Rule = "10.1.2.3/8".parse().expect("network");
        assert_eq!(network.to_string(), "10.0.0.0/8");
        assert!(network.holds_address("10.9.9.9".parse().expect("v4")));
        assert!(network.holds_address("64:ff9b::a01:101".parse().expect("nat64")));
        assert!(!network.holds_address("11.0.0.1".parse().expect("v4")));
        let suffix: Rule = "*.Example.com".parse().expect("suffix");
        assert!(suffix.holds_name("db.example.com") && suffix.holds_name("example.com"));
        assert!(!suffix.holds_name("badexample.com") && !suffix.holds_name("example.com.evil.net"));
        let ports: Rule = "port:5000-5432".parse().expect("ports");
        assert!(ports.holds_port(5000) && ports.holds_port(5432) && !ports.holds_port(5433));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "port:", "port:9-1", "port:70000", "10.0.0.0/33", "a b", "http://x", "999.1.1.1"] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }
}
