//! `OpenSearch`: a third party's server, directly and over TLS with a password (nginx). Both products, and what that server cannot show:
//! a fake that the official clients of both accept. The products themselves are in `real::search`.
//!
//! Peers: elasticsearch-8, osmem, osmem-tls, tls.

pub(crate) mod catalog;
mod clients;
mod corners;
mod failures;
mod listed;
pub(crate) mod login;
mod measure;
pub(crate) mod names;
pub(crate) mod peers;
mod rogue;

use serde_json::{Value, json};

use crate::support::diagnose::with;

/// Credentials for a cluster on this machine.
fn body(kind: &str, url: &str, changes: &Value) -> Value {
    let base = json!({"datasourceType": kind, "credentials": {"name": "x", "server_type": "self-managed", "serverUrl": url}});
    with(&with(&base, &json!({"username": "app", "password": "pw"})), changes)
}

/// Credentials for a fake of Elasticsearch on this port.
fn elastic(port: u16, changes: &Value) -> Value {
    body("elasticsearch", &format!("http://127.0.0.1:{port}"), changes)
}

/// A Cloud ID that says this.
fn cloud_id(decoded: &str) -> String {
    use base64::Engine;
    format!("name:{}", base64::engine::general_purpose::STANDARD.encode(decoded))
}
