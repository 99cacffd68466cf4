//! Names that BigQuery allows and that need care: each leads to its own definition.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{body, columns as fields, dataset, fake, server};
use crate::fakes::bigquery::Fake;
use crate::support::Setup;
use crate::support::cache::{cached, named};

#[tokio::test]
async fn awkward_names() {
    let setup = Setup::sqlite().await;
    let long = "n".repeat(1_024);
    let names = [
        "select",
        "orders",
        "Orders",
        "ORDERS",
        "with blank",
        " lead",
        "trail ",
        "a-b",
        "12",
        "日本‿表",
        "Ünïcode",
        "e\u{301}",
        "é",
        "🦀",
        "per%cent",
        "a%2Fb",
        "a/b",
        "../up",
        "..",
        "q?x=1&y#z",
        "semi;colon",
        "quo\"te",
        "a.b",
        "<script>",
        "null",
        long.as_str(),
    ];
    // A column of its own says whose definition it is.
    let own = |name: &str| format!("of {name}").chars().take(200).collect::<String>();
    let tables: Vec<(&str, Value)> = names.iter().map(|name| (*name, fields(&json!([{"name": own(name), "type": "STRING"}])))).collect();
    let running = Fake { page: 7, ..Fake::of([("x-y_Z", dataset("EU", &tables))].into()) }.start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    client.create(&body(&json!({"datasetId": "x-y_Z"}))).await.ok();
    let cached = cached(&setup, "x").await;
    assert_eq!(cached.len(), names.len());
    for name in names {
        let table = named(&cached, name);
        assert_eq!((&table["schema"], &table["columns"][0]["name"]), (&json!("x-y_Z"), &json!(own(name))), "{name}");
    }
    let requests = running.requests();
    assert!(requests.iter().all(|r| r.path.bytes().all(|b| b.is_ascii_graphic()) && !r.path.contains("..")), "encoded whole");
}

/// A project of a domain's has a colon in its name; blanks around names are no part of them.
#[tokio::test]
async fn names_in_credentials() {
    let setup = Setup::sqlite().await;
    let running = fake().start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    client.create(&body(&json!({"projectId": " p-1 ", "datasetId": " american ", "datasetLocation": "us"}))).await.ok();
    assert_eq!(cached(&setup, "x").await.len(), 1);
    let answer = client.create(&body(&json!({"name": "y", "projectId": "example.com:p/../p-1?x"}))).await;
    assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"));
    let path = &running.requests().last().expect("a request").path.clone();
    assert_eq!(path, "/bigquery/v2/projects/example%2Ecom%3Ap%2F%2E%2E%2Fp%2D1%3Fx/datasets?maxResults=1000");
}

/// Names of columns as they are; those that differ in case alone are two, and paths are lists of names.
#[tokio::test]
async fn awkward_columns() {
    let setup = Setup::sqlite().await;
    let names = ["order", "Order", "a b", "a.b", "x&y=%", "<b>", "日本", "e\u{301}", "_PARTITIONTIME", "'quoted'", "tab\there"];
    let inner: Vec<Value> = names.iter().map(|name| json!({"name": name, "type": "INT64"})).collect();
    let mut columns = inner.clone();
    columns.push(json!({"name": "a.b c", "type": "RECORD", "mode": "REPEATED", "fields": inner}));
    let datasets = BTreeMap::from([("d", dataset("EU", &[("t", fields(&json!(columns)))]))]);
    let running = Fake::of(datasets).start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    client.create(&body(&json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    let found = tables[0]["columns"].as_array().expect("columns");
    assert_eq!(found[..names.len()].iter().map(|c| c["name"].as_str().expect("a name")).collect::<Vec<_>>(), names);
    assert_eq!(found[names.len()]["type"], "array");
    let paths: Vec<_> = found[names.len() + 1..].iter().map(|c| c["path"].clone()).collect();
    assert_eq!(paths, names.map(|name| json!(["a.b c", name])));
}
