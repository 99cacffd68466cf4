//! What the store has of a datasource's schema.

use serde_json::{Value, json};
use store::{Page, Tables};

use super::Setup;

/// The cached schema of a datasource as the store has it, tables in order.
pub(crate) async fn cached(setup: &Setup, name: &str) -> Vec<Value> {
    let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
    let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
    let uuid = store.datasource(tenant, name).await.expect("look-up").expect("there").uuid;
    let all = store.cached_tables(tenant, uuid, Tables::default(), Page { limit: 100_000, offset: 0 }).await.expect("tables");
    all.into_iter()
        .map(|(entry, body)| {
            let mut table: Value = serde_json::from_str(&body).expect("canonical JSON");
            assert_eq!(body, table.to_string(), "no white space");
            // What is shown to clients is without the version of the form.
            assert_eq!(table.as_object_mut().and_then(|members| members.shift_remove("v")), Some(json!(1)));
            assert_eq!((table["schema"].as_str(), table["table"].as_str()), (Some(entry.schema.as_str()), Some(entry.table.as_str())));
            assert_eq!(table["columns"].as_array().map(Vec::len), usize::try_from(entry.columns).ok());
            table
        })
        .collect()
}

/// What the store says of the whole schema.
pub(crate) async fn summary(setup: &Setup, name: &str) -> Value {
    let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
    let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
    let stored = store.datasource(tenant, name).await.expect("look-up").expect("there");
    serde_json::from_str(&stored.summary.expect("a schema that was read")).expect("json")
}

/// Each column of a table as `name: nativeType → type`.
pub(crate) fn columns(table: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    table["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|c| format!("{}: {} → {}", text(&c["name"]), text(&c["nativeType"]), text(&c["type"])))
        .collect()
}

pub(crate) fn named<'a>(tables: &'a [Value], name: &str) -> &'a Value {
    tables.iter().find(|t| t["table"] == json!(name)).unwrap_or_else(|| panic!("no table {name}"))
}
