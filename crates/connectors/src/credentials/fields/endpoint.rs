//! A host that is always spoken to over TLS, with or without a port.

use egress::Target;

use super::form::form;

/// `api.example.com`, `https://api.example.com/` or `api.example.com:8443`.
#[derive(Debug, Clone)]
pub(crate) struct ApiEndpoint(pub(crate) Target);

/// The host and the port that was given. The scheme does not matter: what is secret goes over TLS.
pub(super) fn parts(text: &str) -> Option<(&str, Option<u16>)> {
    let text = text.trim();
    let scheme = |name: &str| text.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).map(|_| &text[name.len()..]);
    let text = scheme("https://").or_else(|| scheme("http://")).unwrap_or(text);
    let text = text.strip_suffix('/').unwrap_or(text);
    match text.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') || name.ends_with(']') => {
            Some((name, Some(digits.parse().ok().filter(|port| *port > 0)?)))
        }
        _ => Some((text, None)),
    }
}

form!(ApiEndpoint, "x-api-endpoint", |text| {
    Self::read(text).ok_or("must be a host name or an IP address, with or without https:// and a port, without path")
});

impl ApiEndpoint {
    fn read(text: &str) -> Option<Self> {
        let (host, port) = parts(text)?;
        Some(Self(Target::new(host.parse().ok()?, port.unwrap_or(443))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for (text, host, port) in [
            ("API.example.com", "api.example.com", 443),
            ("https://api.example.com/", "api.example.com", 443),
            ("http://api.example.com:8443", "api.example.com", 8443),
            ("[::1]:8443", "::1", 8443),
            ("::1", "::1", 443),
            ("127.1:8443", "127.0.0.1", 8443),
        ] {
            let ApiEndpoint(target) = ApiEndpoint::read(text).expect(text);
            assert_eq!((target.host.to_string().as_str(), target.port), (host, port), "{text}");
        }
        for text in ["", "https://", "a/b", "u@a", "a?b", "a:0", "a:x", "a:99999", "a,b", "/etc", "ftp://a"] {
            assert!(ApiEndpoint::read(text).is_none(), "{text}");
        }
    }
}
