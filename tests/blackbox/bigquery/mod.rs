//! BigQuery: a third party's emulator, and a fake for what it cannot show, accepted by Google's own client.
//!
//! Peers: tls.

mod catalog;
mod failures;
mod names;
mod rogue;
mod way;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::fakes::bigquery::{Dataset, Fake, key_file};
use crate::support::{Client, Server, Setup};

/// Credentials for the dataset `sales` of the fake.
fn body(changes: &Value) -> Value {
    let base = json!({"datasourceType": "bigquery", "credentials": {"name": "x", "credentialsJson": key_file(&json!({})).to_string(),
        "projectId": "p-1", "datasetLocation": "eu"}});
    crate::support::diagnose::with(&base, changes)
}

/// A server for which Google is at these ports.
fn server(setup: &Setup, api: u16, tokens: u16, more: &[(&str, &str)]) -> (Server, Client) {
    server_at(setup, &format!("http://127.0.0.1:{api}"), &format!("http://127.0.0.1:{tokens}"), more)
}

/// A server for which Google is at these URLs.
fn server_at(setup: &Setup, api: &str, tokens: &str, more: &[(&str, &str)]) -> (Server, Client) {
    let moved = format!("bigquery.googleapis.com={api},oauth2.googleapis.com={tokens}");
    let server = setup.start_with(&[&[("HEADWATER_EGRESS_ENDPOINTS", moved.as_str())], more].concat());
    let client = server.client(&setup.token("acme"));
    (server, client)
}

fn dataset(location: &'static str, tables: &[(&str, Value)]) -> Dataset {
    let tables = tables.iter().map(|(name, table)| {
        let mut table = table.clone();
        if table["type"].is_null() {
            table["type"] = json!("TABLE");
        }
        ((*name).to_owned(), table)
    });
    Dataset { location, denied: false, tables: tables.collect() }
}

fn columns(fields: &Value) -> Value {
    json!({"schema": {"fields": fields}})
}

/// A bit of everything.
fn catalog() -> BTreeMap<&'static str, Dataset> {
    let id = columns(&json!([{"name": "id", "type": "INTEGER", "mode": "REQUIRED"}]));
    let orders = json!({
        "description": "all the orders", "numRows": "42",
        "schema": {"fields": [
            {"name": "id", "type": "INTEGER", "mode": "REQUIRED", "description": "the key"},
            {"name": "customer", "type": "STRING", "maxLength": "20", "defaultValueExpression": "'x'"},
            {"name": "price", "type": "NUMERIC", "precision": "10", "scale": "2"},
            {"name": "at", "type": "TIMESTAMP"},
            {"name": "lines", "type": "RECORD", "mode": "REPEATED", "fields": [
                {"name": "sku.with.points", "type": "STRING", "mode": "REQUIRED"},
                {"name": "geo", "type": "RECORD", "fields": [{"name": "where", "type": "GEOGRAPHY"}]}
            ]},
            {"name": "valid", "type": "RANGE", "rangeElementType": {"type": "DATE"}},
            {"name": "日本", "type": "OF_TOMORROW", "mode": "OF_TOMORROW"}
        ]},
        "timePartitioning": {"type": "DAY", "field": "at"}, "clustering": {"fields": ["customer", "id"]},
        "tableConstraints": {"primaryKey": {"columns": ["id"]}, "foreignKeys": [{"name": "fk", "referencedTable":
            {"projectId": "p-1", "datasetId": "sales", "tableId": "customers"},
            "columnReferences": [{"referencingColumn": "customer", "referencedColumn": "name"}]}]}
    });
    let newest = columns(&json!([{"name": "id", "type": "INTEGER"}, {"name": "new", "type": "JSON"}]));
    let mut closed = dataset("EU", &[("secret", id.clone())]);
    closed.denied = true;
    let view = json!({"type": "VIEW", "schema": {"fields": [{"name": "total", "type": "BIGNUMERIC"}]}, "view": {"query": "select total from closed.secret"}});
    let sales = dataset(
        "EU",
        &[
            ("orders", orders),
            ("odd name-日本", id.clone()),
            ("v", view),
            ("mv", json!({"type": "MATERIALIZED_VIEW"})),
            ("files", json!({"type": "EXTERNAL"})),
            ("events_20240228", id.clone()),
            ("events_20240301", newest),
            ("events_20240229", id.clone()),
            ("loaded", json!({"timePartitioning": {"type": "DAY"}, "schema": id["schema"]})),
            ("locked", json!({"status": 403})),
        ],
    );
    [("closed", closed), ("sales", sales), ("american", dataset("US", &[("t", id.clone())])), ("more", dataset("EU", &[]))].into()
}

fn fake() -> Fake {
    Fake::of(catalog())
}
