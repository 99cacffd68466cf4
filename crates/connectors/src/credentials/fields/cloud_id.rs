//! A Cloud ID: `name:BASE64`, where the text holds a domain and the names of clusters in it, parted by `$`.
//!
//! The host that comes of it is a host that the user named, whatever it looks like: the egress policy judges it as any other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use egress::{Host, Target};

use super::form::form;

/// The longest one that is taken.
const BYTES: usize = 4_096;

/// The longest label of a host.
const LABEL: usize = 63;

form!(CloudId, "x-cloud-id", |text| {
    Self::read(text).ok_or("must be a Cloud ID as the console of the cloud shows it: a name, a colon, and letters in base64")
});

/// Where a Cloud ID leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CloudId(pub(crate) Target);

impl CloudId {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > BYTES {
            return None;
        }
        let (_, coded) = text.rsplit_once(':')?;
        let decoded = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
        let mut parts = decoded.split('$');
        let (domain, usual) = with_port(parts.next()?)?;
        let (cluster, own) = with_port(parts.next()?)?;
        let sound = (1..=LABEL).contains(&cluster.len()) && cluster.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !sound || domain.is_empty() {
            return None;
        }
        let host: Host = format!("{cluster}.{domain}").parse().ok()?;
        Some(Self(Target::new(host, own.or(usual).unwrap_or(443))))
    }
}

/// A part, and the port behind it.
fn with_port(part: &str) -> Option<(&str, Option<u16>)> {
    let Some((name, digits)) = part.split_once(':') else { return Some((part, None)) };
    let port = digits.parse().ok().filter(|port| *port > 0 && digits.bytes().all(|b| b.is_ascii_digit()))?;
    Some((name, Some(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(decoded: &str) -> Option<String> {
        let id = CloudId::read(&format!("my: deployment:{}", STANDARD.encode(decoded)))?;
        Some(format!("{}:{}", id.0.host, id.0.port))
    }

    /// Threat S15: what is decoded is a host like any other, in the one form that the policy judges.
    #[test]
    fn s15_cloud_ids() {
        for (decoded, place) in [
            ("us-east-1.aws.found.io$abc123$def456", "abc123.us-east-1.aws.found.io:443"),
            ("us-east-1.aws.found.io$abc123", "abc123.us-east-1.aws.found.io:443"),
            ("us-east-1.aws.found.io:9243$abc123$", "abc123.us-east-1.aws.found.io:9243"),
            ("us-east-1.aws.found.io:9243$abc123:9244$def:1", "abc123.us-east-1.aws.found.io:9244"),
            ("254.169.254:80$169$", "169.254.169.254:80"),
            ("0.0.1$0x7f$", "127.0.0.1:443"),
            ("1$127", "127.0.0.1:443"),
        ] {
            assert_eq!(read(decoded).as_deref(), Some(place), "{decoded}");
        }
        for decoded in [
            "",
            "a.b",
            "$abc",
            "a.b$",
            "a.b$x/y",
            "a.b$x@y",
            "a.b$x.y",
            "a.b/x$y",
            "a.b#$y",
            "a.b:0$y",
            "a.b:+80$y",
            "a.b:70000$y",
            "[::1]$y",
        ] {
            assert_eq!(read(decoded), None, "{decoded}");
        }
        for text in ["", "name", "name:", "name:!!!", "dXMkYWJj", "name:/wD/"] {
            assert_eq!(CloudId::read(text), None, "{text}");
        }
        assert_eq!(CloudId::read(&format!("{}:dXMkYWJj", "x".repeat(BYTES))), None);
    }
}
