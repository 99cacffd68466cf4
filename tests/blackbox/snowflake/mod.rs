//! Snowflake: a third party's emulator over DuckDB, and a fake for what it cannot show, accepted by the official client.
//!
//! Peers: tls, fakesnow.

mod catalog;
mod failures;
mod rogue;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::fakes::snowflake::{Column, Fake, Object, PASSWORD};
use crate::fakes::tls::authority;
use crate::support::diagnose::with;
use crate::support::{Client, Server, Setup};

/// A server whose operator allows this machine's name beside the vendor's.
fn server(setup: &Setup) -> (Server, Client) {
    let server = setup.start_with(&[("HEADWATER_EGRESS_ALLOW", "localhost")]);
    let client = server.client(&setup.token("acme"));
    (server, client)
}

/// Credentials for a fake on this machine.
fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "snowflake", "credentials": {"name": "x", "host": format!("localhost:{port}"), "username": "app", "role": "ANALYST",
        "warehouse": "W1", "database": "DB", "schema": "sales", "credentials": "username/password", "password": PASSWORD, "sslCa": authority()}});
    with(&base, changes)
}

/// The plain key of the unit tests.
fn key() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/connectors/tests/keys/plain.pem");
    std::fs::read_to_string(path).expect("a key")
}

fn object(name: &str, kind: &'static str, columns: &[Column]) -> Object {
    Object { name: name.to_owned(), kind, comment: "", rows: Some(7), columns: Arc::new(columns.to_vec()) }
}

/// A column of text.
fn text(name: &'static str) -> Column {
    Column(
        name,
        json!({"type": "TEXT", "length": 255, "byteLength": 1020, "nullable": true}),
        [Some("TEXT"), Some("255"), None, None],
        true,
        "",
        "",
    )
}

fn number(name: &'static str, scale: &'static str, default: &'static str) -> Column {
    let shown = json!({"type": "FIXED", "precision": 38, "scale": scale.parse::<u8>().expect("a number"), "nullable": false});
    Column(name, shown, [Some("NUMBER"), None, Some("38"), Some(scale)], false, default, "")
}

fn plain(name: &'static str, shown: &'static str, listed: &'static str) -> Column {
    Column(name, json!({"type": shown, "precision": 0, "scale": 9}), [Some(listed), None, None, None], true, "", "a comment")
}

/// A schema with a bit of everything, sorted by name.
fn fake() -> Fake {
    let orders = [
        number("ID", "0", "identity"),
        text("region"),
        number("total", "2", "0"),
        plain("at", "TIMESTAMP_TZ", "TIMESTAMP_TZ"),
        plain("local", "TIMESTAMP_NTZ", "TIMESTAMP_NTZ"),
        plain("rate", "REAL", "FLOAT"),
        plain("doc", "VARIANT", "VARIANT"),
        plain("place", "GEOGRAPHY", "GEOGRAPHY"),
        plain("embedding", "VECTOR", "VECTOR"),
        plain("tags", "ARRAY", "ARRAY"),
        plain("Odd \"name\"", "OBJECT", "OBJECT"),
        plain("日本", "DATE", "DATE"),
    ];
    let objects = vec![
        object("ORDERS", "TABLE", &[text("another table than orders")]),
        object("files", "TABLE", &[plain("VALUE", "VARIANT", "VARIANT")]),
        object("it's \"odd\"", "TABLE", &[text("a.b"), text("it's")]),
        object("lines", "TABLE", &[number("order_id", "0", ""), text("text")]),
        object("mv", "TABLE", &[text("x")]),
        Object { comment: "all the orders", ..object("orders", "TABLE", &orders) },
        Object { rows: None, ..object("v", "VIEW", &[text("x")]) },
    ];
    Fake {
        tls: true,
        names: vec![
            ("role", "\"ANALYST\""),
            ("warehouse", "\"W1\""),
            ("database", "\"DB\""),
            ("schema", "\"DB\".\"sales\""),
            ("schema", "\"DB\".\"PUBLIC\""),
        ],
        warehouse: ("STARTED", true),
        objects,
        limits: (10_000, 10_000),
        chunk: Some(2),
        errors: Vec::new(),
        login: None,
    }
}

/// Statements that were sent.
fn statements(running: &crate::fakes::http::Running) -> Vec<String> {
    let sent = running.requests().into_iter().filter(|r| r.path.starts_with("/queries/v1/query-request"));
    sent.filter_map(|r| Some(serde_json::from_str::<Value>(&r.body).ok()?["sqlText"].as_str()?.to_owned())).collect()
}
