//! Uploaded files: forms as clients send them, on both stores.
//!
//! Peers: store.

mod catalog;
mod left;
mod lifecycle;
mod meanwhile;
mod refused;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::client::PATH;
use crate::support::{Answer, Client, Setup};

const BOUNDARY: &str = "----headwater-test";

/// A part of a form: the name of its field, of its file, and its content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, file, content) in parts {
        let file = file.map(|name| format!("; filename=\"{}\"", name.replace('"', "%22"))).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn send(client: &Client, body: Vec<u8>) -> Answer {
    let request = client.request(reqwest::Method::POST, &format!("{PATH}/upload"));
    client.send(request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(body)).await
}

/// Uploads files to the datasource `x`.
async fn upload(client: &Client, files: &[(&str, &[u8])]) -> Answer {
    let mut parts: Vec<Part<'_>> = vec![("datasourceName", None, b"x")];
    parts.extend(files.iter().map(|(name, content)| ("files", Some(*name), *content)));
    send(client, form(&parts)).await
}

fn body() -> Value {
    json!({"datasourceType": "csv", "credentials": {"name": "x"}})
}

/// The files in the file store.
fn stored(setup: &Setup) -> Vec<PathBuf> {
    let within = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    within(setup.folder.path().join("files")).flat_map(within).collect()
}

/// How many there are.
fn kept(setup: &Setup) -> usize {
    stored(setup).len()
}
