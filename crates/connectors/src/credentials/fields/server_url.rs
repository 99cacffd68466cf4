//! The URL of a server: a host that may have a scheme before it and a port behind it.

use egress::{Host, Target};

use super::form::form;

form!(ServerUrl, "x-server-url", |text| {
    Self::read(text).ok_or("must be a host, alone or after http:// or https://, with or without a port, and without user or path")
});

/// `https://search.example.com:9200`, or less of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerUrl {
    /// What the scheme says about TLS, if there is one.
    pub(crate) https: Option<bool>,
    host: Host,
    port: Option<u16>,
}

impl ServerUrl {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (https, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let number = |digits: &str| digits.parse::<u16>().ok().filter(|port| *port > 0 && digits.bytes().all(|b| b.is_ascii_digit()));
        let (host, port) = match rest.rsplit_once(':') {
            // The last colon of a bare IPv6 address is none of a port.
            Some((host, digits)) if !host.contains(':') || host.ends_with(']') => (host, Some(number(digits)?)),
            _ => (rest, None),
        };
        Some(Self { https, host: host.parse().ok()?, port })
    }

    /// The server; without a port the scheme's own, and without a scheme `usual`.
    pub(crate) fn target(&self, usual: u16) -> Target {
        let port = self.port.unwrap_or(match self.https {
            Some(true) => 443,
            Some(false) => 80,
            None => usual,
        });
        Target::new(self.host.clone(), port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_scheme_and_port() {
        for (text, https, place) in [
            ("search.example.com", None, "search.example.com:9200"),
            ("search.example.com:9201", None, "search.example.com:9201"),
            ("https://search.example.com", Some(true), "search.example.com:443"),
            (" HTTPS://search.example.com:9243/ ", Some(true), "search.example.com:9243"),
            ("http://2130706433", Some(false), "127.0.0.1:80"),
            ("http://[::1]:9200", Some(false), "::1:9200"),
            ("::1", None, "::1:9200"),
        ] {
            let url = ServerUrl::read(text).expect(text);
            let target = url.target(9200);
            assert_eq!((url.https, format!("{}:{}", target.host, target.port).as_str()), (https, place), "{text}");
        }
        for text in
            ["", "https://", "ftp://a", "https://u:p@a", "https://a/b", "https://a?b", "a#b", "a:0", "a:70000", "a:+1", "a,b", "a/", "//a"]
        {
            // A slash at the end is what browsers add.
            assert!(ServerUrl::read(text).is_none() || text == "a/", "{text}");
        }
    }
}
