//! `schemathesis` makes requests of the document, sound and unsound ones, and holds every answer to it.

use serde_json::json;

use super::PYTHON;
use crate::support::Setup;
use crate::support::python::python_of;

/// Bounded: so many requests of each kind for each operation, the same ones every time.
const EXAMPLES: u32 = 20;

#[tokio::test]
async fn every_answer_is_one_of_the_document() {
    let setup = Setup::sqlite().await;
    // No request may lead anywhere: the fuzzer makes up hosts.
    let server = setup.start_with(&[("HEADWATER_EGRESS_DENY", "port:1-65535"), ("HEADWATER_TEST_TIMEOUT", "1s")]);
    let folder = tempfile::tempdir().expect("folder");
    let arguments = json!({"base": server.base, "token": setup.token("acme"), "folder": folder.path(), "examples": EXAMPLES.to_string()});
    let said = python_of(PYTHON, include_str!("fuzz.py"), &arguments).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(said["code"], 0, "{}", said["report"].as_str().unwrap_or_default());
    let report = said["report"].as_str().expect("text");
    assert!(report.contains("Tested: 13"), "{report}");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}
