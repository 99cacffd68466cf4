//! BigQuery's API and Google's token endpoint on one port. Every assertion is verified: signature, claims, grant.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::http::{self, Reply, Request, Running, serve, serve_with};

/// Who may come in.
pub(crate) const EMAIL: &str = "reader@p-1.iam.gserviceaccount.com";
const TOKEN: &str = "ya29.a-token";

/// A dataset: its tables as `tables.get` has them, by name.
#[derive(Clone)]
pub(crate) struct Dataset {
    pub(crate) location: &'static str,
    pub(crate) denied: bool,
    pub(crate) tables: BTreeMap<String, Value>,
}

/// What the fake is like.
pub(crate) struct Fake {
    /// Of the project `p-1`; of others there are none.
    pub(crate) datasets: BTreeMap<&'static str, Dataset>,
    /// Items of a page; each page but the last has one, after an empty page.
    pub(crate) page: usize,
    /// Requests of the API that fail first, and how.
    pub(crate) failing: (AtomicUsize, u16, &'static str),
}

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a key"));
static OTHER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a key"));

/// The key's file; without a place for tokens it is Google's.
pub(crate) fn key_file(changes: &Value) -> Value {
    file_of(&KEY, changes)
}

/// The file of a key that says it is the other one.
pub(crate) fn forged_key_file() -> Value {
    file_of(&OTHER, &json!({}))
}

fn file_of(pair: &KeyPair, changes: &Value) -> Value {
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(pair).expect("a key");
    let body = STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    let mut file = json!({"type": "service_account", "project_id": "p-1", "private_key_id": "k-1", "client_email": EMAIL,
        "private_key": format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")),
        "token_uri": "https://oauth2.googleapis.com/token"});
    for (name, value) in changes.as_object().expect("an object") {
        file[name] = value.clone();
    }
    file
}

fn failure(status: u16, reason: &str) -> Reply {
    let errors = json!([{"reason": reason, "domain": "global", "message": "canary<script>"}]);
    http::json(status, &json!({"error": {"code": status, "message": "canary<script>", "errors": errors, "status": "X"}}))
}

/// The header and the claims of the assertion in a request for a token.
pub(crate) fn claims(body: &str) -> Option<(Value, Value)> {
    let assertion = body.split('&').find_map(|pair| pair.strip_prefix("assertion="))?;
    let mut parts = assertion.split('.').map(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).unwrap_or_default());
    let mut json = || serde_json::from_slice(&parts.next()?).ok();
    Some((json()?, json()?))
}

#[expect(clippy::disallowed_methods, reason = "Google has a clock of its own")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("time").as_secs()
}

/// Whether an assertion is one of ours, for a token endpoint at `port` or for Google's.
fn verified(body: &str, port: u16) -> bool {
    let Some(assertion) = body.split('&').find_map(|pair| pair.strip_prefix("assertion=")) else { return false };
    let grant = body.contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer");
    let parts: Vec<&str> = assertion.split('.').collect();
    let [.., signature] = parts[..] else { return false };
    let Some((header, said)) = claims(body) else { return false };
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair().public_key().as_ref().to_vec());
    let signed = format!("{}.{}", parts[0], parts[1]);
    let sound = public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature.trim_end_matches('=')).unwrap_or_default()).is_ok();
    let now = now();
    let (from, until) = (said["iat"].as_u64().unwrap_or(0), said["exp"].as_u64().unwrap_or(0));
    let audience = said["aud"].as_str().unwrap_or_default();
    grant
        && sound
        && header["alg"] == "RS256"
        && header["kid"] == "k-1"
        && said["iss"] == EMAIL
        // Google's own client asks for all of its cloud.
        && ["https://www.googleapis.com/auth/bigquery.readonly", "https://www.googleapis.com/auth/cloud-platform"].map(Some).contains(&said["scope"].as_str())
        && (audience == "https://oauth2.googleapis.com/token" || audience == format!("http://127.0.0.1:{port}/token"))
        && from <= now + 5
        && until > now
        && until - from <= 3_600
}

fn pair() -> aws_lc_rs::signature::RsaKeyPair {
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&*KEY).expect("a key");
    aws_lc_rs::signature::RsaKeyPair::from_pkcs8(der.as_ref()).expect("a key")
}

fn decoded(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = segment.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Fake {
    pub(crate) fn of(datasets: BTreeMap<&'static str, Dataset>) -> Self {
        Self { datasets, page: 2, failing: (AtomicUsize::new(0), 403, "rateLimitExceeded") }
    }

    pub(crate) async fn start(self) -> Running {
        serve(move |port, request| self.answer(port, request)).await
    }

    /// The same, with the certificate of the tests.
    pub(crate) async fn start_with_tls(self) -> Running {
        serve_with(true, move |port, request| self.answer(port, request)).await
    }

    pub(crate) fn answer(&self, port: u16, request: &Request) -> Reply {
        if request.path == "/token" {
            return if verified(&request.body, port) {
                http::json(200, &json!({"access_token": TOKEN, "expires_in": 3_599, "token_type": "Bearer"}))
            } else {
                http::json(400, &json!({"error": "invalid_grant", "error_description": "canary<script>"}))
            };
        }
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return failure(401, "authError");
        }
        if self.failing.0.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return failure(self.failing.1, self.failing.2);
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let parts: Vec<String> = path.split('/').skip(3).map(decoded).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let dataset = parts.get(3).and_then(|name| self.datasets.get(name).map(|dataset| (*name, dataset)));
        match (&parts[..], dataset) {
            (["projects", project, ..], _) if *project != "p-1" => failure(404, "notFound"),
            (["projects", _, "datasets"], _) => {
                let all = self.datasets.iter().map(|(id, dataset)| {
                    json!({"kind": "bigquery#dataset", "id": format!("p-1:{id}"), "location": dataset.location,
                    "datasetReference": {"projectId": "p-1", "datasetId": id}})
                });
                self.page("datasets", &all.collect::<Vec<_>>(), query)
            }
            (["projects", _, "datasets", _], Some((id, dataset))) => {
                let reference = json!({"projectId": "p-1", "datasetId": id});
                http::json(200, &json!({"kind": "bigquery#dataset", "datasetReference": reference, "location": dataset.location}))
            }
            (["projects", _, "datasets", _, "tables", ..], Some((_, dataset))) if dataset.denied => failure(403, "accessDenied"),
            (["projects", _, "datasets", _, "tables"], Some((id, dataset))) => {
                let all = dataset.tables.iter().map(|(name, table)| {
                    json!({"kind": "bigquery#table", "type": table["type"],
                    "tableReference": {"projectId": "p-1", "datasetId": id, "tableId": name}})
                });
                self.page("tables", &all.collect::<Vec<_>>(), query)
            }
            (["projects", _, "datasets", _, "tables", name], Some((id, dataset))) => match dataset.tables.get(*name) {
                Some(table) if table["status"].is_u64() => failure(403, "accessDenied"),
                Some(table) => {
                    let mut table = table.clone();
                    table["tableReference"] = json!({"projectId": "p-1", "datasetId": id, "tableId": name});
                    http::json(200, &table)
                }
                None => failure(404, "notFound"),
            },
            _ => failure(404, "notFound"),
        }
    }

    /// A page; between any two of them an empty one, whose token leads on.
    fn page(&self, name: &str, all: &[Value], query: &str) -> Reply {
        let token = query.split('&').find_map(|pair| pair.strip_prefix("pageToken=")).map(decoded).unwrap_or_default();
        let (empty, at) = match token.strip_prefix("empty/") {
            Some(at) => (true, at.parse().unwrap_or(0)),
            None => (false, token.parse().unwrap_or(0)),
        };
        let items = if empty { &[] } else { &all[at.min(all.len())..(at + self.page).min(all.len())] };
        let mut body = json!({"kind": "x", name: items});
        if empty {
            body["nextPageToken"] = json!(at.to_string());
        } else if at + self.page < all.len() {
            body["nextPageToken"] = json!(format!("empty/{}", at + self.page));
        }
        http::json(200, &body)
    }
}
