//! A client that `openapi-python-client` generates does every call, and loses nothing of the answers.

use serde_json::{Value, json};

use super::PYTHON;
use crate::support::python::python_of;
use crate::support::{Setup, Source, headwater};

#[tokio::test]
async fn a_generated_client_does_every_call() {
    let setup = Setup::sqlite().await;
    let server = setup.start();
    let token = setup.token("acme");
    let source = Source::new().await;
    source.sql("create table parent (id int primary key); create table child (id int primary key, parent int references parent)").await;
    let folder = tempfile::tempdir().expect("folder");
    let document = folder.path().join("openapi.json");
    std::fs::write(&document, headwater(&["openapi"], &[]).stdout).expect("written");
    let arguments = json!({
        "document": document, "folder": folder.path(), "base": server.base, "token": token, "body": source.body("x"),
    });
    let said = python_of(PYTHON, include_str!("client.py"), &arguments).await.unwrap_or_else(|error| panic!("{error}"));

    assert_eq!(said["warnings"], "", "the generator understands the whole document");
    let operations: Vec<_> = said["operations"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
    let called = said["called"].as_object().expect("calls");
    for operation in &operations {
        assert_eq!(called.get(*operation), Some(&json!(200)), "{operation}: {}", said["called"]);
    }
    assert_eq!(operations.len(), 13);
    assert_eq!(said["names"], json!(["x"]));
    assert_eq!(said["ready"], json!(18));
    assert_eq!(said["foreignKey"], json!(["parent", "parent", "id"]), "column, table and column of the child's key");
    assert_eq!(said["columns"], json!([["id", "integer", false], ["parent", "integer", true]]));
    assert_eq!(said["details"], json!(["x", "connected", "PostgreSQL", 2]));
    assert_eq!(said["steps"][0], json!(["validate", "ok", null]));
    assert_eq!(said["failed"], json!(["authenticate", "failed", "AUTHENTICATION_FAILED"]));
    assert_eq!(said["progress"], "2/2");
    assert_eq!(said["message"], "Datasource deleted successfully");
    // Errors are parsed too, and their codes are words of the document.
    assert_eq!(said["errors"], json!([["AUTHENTICATION_ERROR", 401], ["DATASOURCE_NAME_ERROR", 400], ["INVALID_REQUEST_BODY", 400]]));
}
