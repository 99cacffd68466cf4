//! Firebolt: a fake that the official SDK accepts. No server of the vendor's, or of anybody else's, runs here.
//!
//! Peers: tls, warehouse-clients.

mod catalog;
mod failures;

use serde_json::{Value, json};

use crate::fakes::firebolt::{Answers, Fake, SECRET};
use crate::fakes::tls::authority;
use crate::support::diagnose::with;
use crate::support::{Client, Server, Setup};

/// A server whose operator allows this machine's name beside the vendor's.
fn server(setup: &Setup) -> (Server, Client) {
    let server = setup.start_with(&[("HEADWATER_EGRESS_ALLOW", "localhost")]);
    let client = server.client(&setup.token("acme"));
    (server, client)
}

fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "firebolt", "credentials": {"name": "x", "clientId": "app", "clientSecret": SECRET, "account": "acme",
        "database": "Sales \"x\"", "engine": "main", "schema": "public", "apiEndpoint": format!("localhost:{port}"), "sslCa": authority()}});
    with(&base, changes)
}

/// A schema with a bit of everything.
fn catalog() -> Answers {
    let columns: Vec<Value> = [
        ("orders", "id", "bigint", "NO", None),
        ("orders", "Odd \"name\"", "text", "YES", Some("'x'")),
        ("orders", "total", "numeric(38, 9)", "YES", None),
        ("orders", "rate", "double precision", "YES", None),
        ("orders", "ok", "boolean", "YES", None),
        ("orders", "day", "date", "YES", None),
        ("orders", "at", "timestamptz", "YES", None),
        ("orders", "local", "timestamp", "YES", None),
        ("orders", "raw", "bytea", "YES", None),
        ("orders", "tags", "array(text null)", "YES", None),
        ("orders", "shape", "struct(a int, b text)", "YES", None),
        ("orders", "place", "geography", "YES", None),
        ("it's \"odd\"", "日本", "integer", "YES", None),
        ("v", "a.b", "text", "YES", None),
    ]
    .iter()
    .map(|(table, name, kind, nullable, default)| json!(["public", table, name, kind, nullable, default]))
    .collect();
    let tables = vec![
        json!(["public", "orders", "BASE TABLE", "7"]),
        json!(["public", "it's \"odd\"", "EXTERNAL", null]),
        json!(["public", "v", "VIEW", null]),
        json!(["public", "empty", "BASE TABLE", "0"]),
    ];
    vec![
        ("information_schema.schemata where schema_name = 'public'", Ok(vec![json!(["public"])])),
        ("information_schema.schemata where", Ok(vec![])),
        ("information_schema.schemata", Ok(vec![json!(["public"])])),
        ("from information_schema.tables", Ok(tables)),
        ("from information_schema.columns", Ok(columns)),
    ]
}

fn fake() -> Fake {
    Fake { answers: catalog(), ..Fake::default() }
}
