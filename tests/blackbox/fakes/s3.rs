//! S3's API as far as a schema needs it: lists in pages, ranges of objects, refusals, and a bucket that lies in another region. Signatures
//! are checked. A fake: boto3 judges it.

use super::http::{Reply, Request, Running, serve};
use super::sigv4::{Refused, check, region};

/// The key that is let in.
pub(crate) const KEY: (&str, &str) = ("AKIAFAKEFAKEFAKEFAKE", "fake/secret+key");

/// How S3 says that a bucket lies elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// By a redirect, whose headers name the region.
    Redirect,
    /// By refusing the signature; the region is in the body.
    Malformed,
}

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    /// The one bucket.
    pub(crate) bucket: &'static str,
    /// Its objects, sorted by key.
    pub(crate) objects: Vec<(String, String)>,
    /// Keys of one page.
    pub(crate) page: usize,
    /// The region that it lies in.
    pub(crate) region: &'static str,
    pub(crate) elsewhere: Elsewhere,
    /// Objects that cannot be had, with status and code; `""` is the list.
    pub(crate) failing: Vec<(&'static str, u16, &'static str)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self { bucket: "data", objects: Vec::new(), page: 1_000, region: "eu-west-1", elsewhere: Elsewhere::Redirect, failing: Vec::new() }
    }
}

fn xml(status: u16, headers: Vec<(&'static str, String)>, body: &str) -> Reply {
    let headers = [vec![("Content-Type", "application/xml".to_owned())], headers].concat();
    Reply::Whole(status, headers, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

fn refused(status: u16, code: &str) -> Reply {
    xml(status, vec![], &format!("<Error><Code>{code}</Code><Message>canary &lt;script&gt;</Message></Error>"))
}

/// As S3 writes keys in a list that is asked for as `url`: as a form does.
fn encoded(key: &str) -> String {
    let form: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    form.replace("%2F", "/")
}

impl Fake {
    pub(crate) async fn start(self) -> Running {
        serve(move |_, request| self.answer(request)).await
    }

    /// What comes of a request.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        match check(request, "s3", KEY) {
            Err(Refused::Key) => return refused(403, "InvalidAccessKeyId"),
            Err(Refused::Signature) => return refused(403, "SignatureDoesNotMatch"),
            Ok(()) => {}
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let (bucket, key) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        if bucket != self.bucket {
            return refused(404, "NoSuchBucket");
        }
        if region(request) != Some(self.region) {
            let to = vec![("x-amz-bucket-region", self.region.to_owned()), ("Location", "http://169.254.169.254/".to_owned())];
            let body = |code: &str| format!("<Error><Code>{code}</Code><Message>canary</Message><Region>{}</Region></Error>", self.region);
            return match self.elsewhere {
                Elsewhere::Redirect => xml(301, to, &body("PermanentRedirect")),
                Elsewhere::Malformed => xml(400, vec![], &body("AuthorizationHeaderMalformed")),
            };
        }
        let key = percent_encoding::percent_decode_str(key).decode_utf8_lossy().into_owned();
        if let Some((_, status, code)) = self.failing.iter().find(|(failing, ..)| *failing == key) {
            return refused(*status, code);
        }
        if key.is_empty() {
            return self.list(query);
        }
        let Some((_, content)) = self.objects.iter().find(|(known, _)| *known == key) else { return refused(404, "NoSuchKey") };
        let Some(range) = request.header("range").and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
            return Reply::Whole(200, vec![], content.clone());
        };
        let number = |text: &str| text.parse::<usize>().expect("a number");
        // Without an end it goes to the last byte.
        let to = if range.1.is_empty() { content.len() } else { (number(range.1) + 1).min(content.len()) };
        let from = number(range.0);
        if from >= content.len() {
            return refused(416, "InvalidRange");
        }
        let headers = vec![("Content-Range", format!("bytes {from}-{}/{}", to - 1, content.len()))];
        Reply::Whole(206, headers, content[from..to].to_owned())
    }

    fn list(&self, query: &str) -> Reply {
        let asked: std::collections::HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let text = |name: &str| asked.get(name).map_or("", String::as_str);
        let url = text("encoding-type") == "url";
        let most = text("max-keys").parse().unwrap_or(usize::MAX).min(self.page);
        let from: usize = text("continuation-token").parse().unwrap_or(0);
        let all: Vec<_> = self.objects.iter().filter(|(key, _)| key.starts_with(text("prefix"))).collect();
        let to = (from + most).min(all.len());
        let entry = |(key, content): &&(String, String)| {
            let key = if url { encoded(key) } else { key.clone() };
            format!(
                "<Contents><Key>{key}</Key><Size>{}</Size><ETag>\"x\"</ETag><StorageClass>STANDARD</StorageClass></Contents>",
                content.len()
            )
        };
        let entries: String = all[from..to].iter().map(entry).collect();
        let more = if to < all.len() { format!("<NextContinuationToken>{to}</NextContinuationToken>") } else { String::new() };
        let encoding = if url { "<EncodingType>url</EncodingType>" } else { "" };
        let body = format!(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>\
             {encoding}{more}{entries}</ListBucketResult>",
            self.bucket,
            to - from,
            to < all.len()
        );
        xml(200, vec![], &body)
    }
}
