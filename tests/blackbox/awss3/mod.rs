//! Amazon S3: a third party's emulator, and a fake for regions, pages and refusals that the official client accepts.

mod catalog;
mod failures;
mod files;
mod progress;
mod rogue;

use serde_json::{Value, json};

use crate::fakes::s3::{Fake, KEY};
use crate::support::diagnose::with;

/// Credentials for a server on this machine.
fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "awss3", "credentials": {"name": "x", "bucket": "data", "region": "eu-west-1",
        "accessKeyId": KEY.0, "secretAccessKey": KEY.1, "endpoint": format!("http://127.0.0.1:{port}")}});
    with(&base, changes)
}

/// A fake with these objects.
fn holding(objects: &[(&str, &str)]) -> Fake {
    let mut objects: Vec<_> = objects.iter().map(|(key, content)| ((*key).to_owned(), (*content).to_owned())).collect();
    objects.sort();
    Fake { objects, ..Fake::default() }
}

/// A bit of everything that is text.
fn fake() -> Fake {
    holding(&[
        ("people.csv", "id,name,born\n1,Ada,1815-12-10\n2,Bob,1999-01-01\n"),
        ("dir/odd + name%41 日本.json", "[{\"a\": 1, \"b\": {\"c\": [true]}}, {\"a\": 2.5}]"),
        ("_SUCCESS", ""),
        ("dir/", ""),
    ])
}
