//! Fields of kinds that are services of AWS: region, key, endpoint, and where in S3. Hosts are made of them by us.
//!
//! Keys are static and given. There is no session token, no role, no profile and no look at the machine that the server runs on.

use egress::{Origin, Target};

use super::form::form;

form!(Region, "x-aws-region", |text| Self::read(text).ok_or("must be the code of an AWS region, for example eu-west-1"));
form!(AccessKeyId, "x-aws-key", |text| Self::read(text).ok_or("must be the ID of an access key: letters, digits, _ and - only"));
form!(Endpoint, "x-endpoint", |text| {
    Self::read(text).ok_or("must be a host, alone or after http:// or https://, with or without a port, and without path")
});
form!(Bucket, "x-s3-bucket", |text| {
    Self::read(text).ok_or("must be the name of a bucket: ARNs, access points and their aliases are not supported")
});
form!(S3Path, "x-s3-path", |text| Self::read(text).ok_or("must be a path within the bucket, or s3://bucket/path"));
form!(S3Location, "x-s3-location", |text| Self::read(text).ok_or("must be a bucket, bucket/prefix or s3://bucket/prefix"));

/// The code of a region. It becomes part of a host name, so nothing else is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region(pub(crate) String);

impl Region {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let parts: Vec<_> = text.split('-').collect();
        let [first, middle @ .., last] = parts.as_slice() else { return None };
        let letters = |part: &str, most: usize| (2..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase());
        let number = (1..=2).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_digit());
        let sound = letters(first, 4) && (1..=3).contains(&middle.len()) && middle.iter().all(|part| letters(part, 12)) && number;
        sound.then_some(Self(text))
    }

    /// The region that a service names, if it is one by its looks.
    pub(crate) fn named(text: &str) -> Option<Self> {
        Self::read(text)
    }

    /// The domain that services of the region are under.
    pub(crate) fn domain(&self) -> &'static str {
        match self.0.split_once('-').map_or("", |(first, _)| first) {
            "cn" => "amazonaws.com.cn",
            "eusc" => "amazonaws.eu",
            "us" if self.0.starts_with("us-iso-") => "c2s.ic.gov",
            "us" if self.0.starts_with("us-isob-") => "sc2s.sgov.gov",
            "us" if self.0.starts_with("us-isof-") => "csp.hci.ic.gov",
            "eu" if self.0.starts_with("eu-isoe-") => "cloud.adc-e.uk",
            _ => "amazonaws.com",
        }
    }
}

/// The ID of an access key. It is signed as one part of several, so it holds nothing that parts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessKeyId(pub(crate) String);

impl AccessKeyId {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let sound = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        sound.then(|| Self(text.to_owned()))
    }
}

/// Another place that a service is asked at: an interface endpoint, or a server that speaks the service's protocol. The policy
/// judges it like every host that a user names. Without a scheme TLS is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(pub(crate) Origin);

impl Endpoint {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (https, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some(_) => return None,
            None => (true, text),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let ports = |digits: &str| digits.parse::<u16>().ok().filter(|port| *port > 0 && digits.bytes().all(|b| b.is_ascii_digit()));
        let (host, port) = match rest.rsplit_once(':') {
            // The last colon of a bare IPv6 address is none of a port.
            Some((host, digits)) if !host.contains(':') || host.ends_with(']') => (host, ports(digits)?),
            _ => (rest, if https { 443 } else { 80 }),
        };
        Some(Self(Origin { https, target: Target::new(host.parse().ok()?, port) }))
    }

    /// A service's own host, over TLS.
    pub(crate) fn of(host: &str) -> Option<Self> {
        Some(Self(Origin { https: true, target: Target::new(host.parse().ok()?, 443) }))
    }
}

/// The name of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket(pub(crate) String);

impl Bucket {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("s3://").unwrap_or(text);
        let text = text.strip_suffix('/').unwrap_or(text);
        let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        // Buckets made before 2018 may have capitals, underscores and more than 63 characters.
        let inside = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        let sound = (3..=255).contains(&text.len()) && inside && edge(text.bytes().next()) && edge(text.bytes().last());
        // An access point's alias is no bucket, though it looks like one.
        let special = text.contains("..") || text.ends_with("-s3alias") || text.ends_with("--ol-s3") || text.ends_with("--x-s3");
        (sound && !special).then(|| Self(text.to_owned()))
    }

    /// Whether it can be a part of a host name: certificates are for one such part.
    pub(crate) fn is_label(&self) -> bool {
        self.0.len() <= 63 && self.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
}

/// A path within a bucket, which may name its bucket as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct S3Path {
    bucket: Option<Bucket>,
    prefix: String,
}

impl S3Path {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with("s3://") {
            let S3Location { bucket, prefix } = S3Location::read(text)?;
            return Some(Self { bucket: Some(bucket), prefix });
        }
        Some(Self { bucket: None, prefix: prefix_of(text)? })
    }

    /// The prefix that its keys have: empty, or ending in `/`.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether it lies in another bucket.
    pub(crate) fn is_elsewhere(&self, bucket: &Bucket) -> bool {
        self.bucket.as_ref().is_some_and(|named| named != bucket)
    }
}

/// A prefix that ends in `/`, or none; slashes around it are no part of it.
fn prefix_of(text: &str) -> Option<String> {
    let prefix = text.trim_matches('/');
    if prefix.len() > 900 || prefix.chars().any(char::is_control) {
        return None;
    }
    Some(if prefix.is_empty() { String::new() } else { format!("{prefix}/") })
}

/// A place in S3: a bucket and a prefix that ends in `/`, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct S3Location {
    bucket: Bucket,
    prefix: String,
}

impl S3Location {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let rest = text.strip_prefix("s3://").unwrap_or(text);
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { bucket: Bucket::read(bucket)?, prefix: prefix_of(prefix)? })
    }

    /// As a URL.
    pub(crate) fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket.0, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threat S12: a region becomes part of a host name.
    #[test]
    fn s12_regions() {
        for (text, domain) in [
            ("us-east-1", "amazonaws.com"),
            (" EU-West-1\n", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("ap-southeast-12", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("eusc-de-east-1", "amazonaws.eu"),
        ] {
            assert_eq!(Region::read(text).expect(text).domain(), domain, "{text}");
        }
        for text in [
            "",
            "x",
            "x.evil.tld/#",
            "us-east-1.evil.tld",
            "us-east",
            "us--1",
            "us-east-1/",
            "us-east-1@x",
            "us-east-1#",
            "1-1-1",
            "us-east-①",
        ] {
            assert_eq!(Region::read(text), None, "{text}");
        }
    }

    #[test]
    fn s12_endpoints() {
        for (text, url) in [
            ("s3.example.com", "https://s3.example.com"),
            ("http://localhost:9000/", "http://localhost:9000"),
            ("HTTPS://[::1]:9000", "https://[::1]:9000"),
            ("https://[::1]", "https://[::1]"),
            ("::1", "https://[::1]"),
            ("http://2130706433:80", "http://127.0.0.1"),
        ] {
            assert_eq!(Endpoint::read(text).expect(text).0.to_string(), url, "{text}");
        }
        for text in
            ["", "ftp://x", "https://u:p@x", "https://x/path", "https://x?y", "https://x#y", "x:0", "x:70000", "x:+80", "x,y", "https://"]
        {
            assert_eq!(Endpoint::read(text), None, "{text}");
        }
    }

    #[test]
    fn s12_places_in_s3() {
        for (text, url) in [
            ("results", "s3://results/"),
            ("results/", "s3://results/"),
            ("results/a/b", "s3://results/a/b/"),
            (" s3://results//a/ ", "s3://results/a/"),
            ("s3://my.bucket", "s3://my.bucket/"),
        ] {
            assert_eq!(S3Location::read(text).expect(text).url(), url, "{text}");
        }
        for text in ["", "s3://", "/a", "a@b", "https://results", "arn:aws:s3:::results", "re\nsults", "results/a\nb", "..", "x-s3alias"] {
            assert_eq!(S3Location::read(text), None, "{text}");
        }
        for text in ["arn:aws:s3:eu-west-1:1:accesspoint/x", "name-abc-s3alias", "a/b", "a@b", "-ab", "ab-", "b", "b..b", "mrap--x-s3"] {
            assert_eq!(Bucket::read(text), None, "{text}");
        }
        for (text, prefix) in [("", ""), ("/", ""), ("a/b", "a/b/"), ("/a/b/", "a/b/"), ("s3://bucket/a", "a/"), ("s3://bucket", "")] {
            assert_eq!(S3Path::read(text).expect(text).prefix(), prefix, "{text}");
        }
        let bucket = |name: &str| Bucket(name.to_owned());
        let path = S3Path::read("s3://one/a").expect("a path");
        assert!(path.is_elsewhere(&bucket("two")) && !path.is_elsewhere(&bucket("one")));
        assert_eq!((S3Path::read("a\nb"), S3Path::read("s3://x")), (None, None));
        assert_eq!(Bucket::read("s3://data.example/"), Some(Bucket("data.example".to_owned())));
    }
}
