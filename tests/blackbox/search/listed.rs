//! Clusters that do not answer the request that tells most, or not in full.

use serde_json::{Value, json};

use super::body;
use super::corners::cluster;
use crate::fakes::search::{Fake, elasticsearch, opensearch};
use crate::support::Setup;
use crate::support::cache::{cached, named, summary};

/// What is refused to a user who may not send these requests.
fn refused(starts: &[&'static str]) -> Vec<(&'static str, u16, &'static str)> {
    starts.iter().map(|start| (*start, 403, "security_exception")).collect()
}

/// Names and comments of what is read, what is partial, and what is told.
async fn read(setup: &Setup, kind: &str, name: &str, fake: Fake) -> (Vec<Value>, Value, Value) {
    let (_server, client) = setup.client();
    let running = fake.start().await;
    client.create(&body(kind, &format!("http://127.0.0.1:{}", running.port), &json!({"name": name}))).await.ok();
    let (tables, summary) = (cached(setup, name).await, summary(setup, name).await);
    let notes = summary["notes"].as_array().into_iter().flatten().filter(|note| note["code"] != "TYPES_DIFFER");
    let told = notes.map(|note| json!([note["object"], note["text"]])).collect();
    (tables, summary["partial"].clone(), told)
}

/// Where `_resolve` is refused `_alias` lists the same, and where that is refused `_cat/indices`, which knows of no aliases.
#[tokio::test]
async fn by_other_requests() {
    let setup = Setup::sqlite().await;
    for (kind, version) in [("elasticsearch", elasticsearch()), ("opensearch", opensearch())] {
        let with = |starts| Fake { failing: refused(starts), version: version.clone(), ..cluster() };
        let (whole, partial, told) = read(&setup, kind, &format!("{kind} resolve"), with(&[])).await;
        assert_eq!((partial, told), (json!([]), json!([])));
        assert_eq!(
            (named(&whole, "closed")["comment"].as_str(), named(&whole, "orders")["columns"].as_array().map(Vec::len)),
            (Some("closed"), Some(7))
        );
        let (aliases, partial, told) = read(&setup, kind, &format!("{kind} alias"), with(&["/_resolve"])).await;
        assert_eq!((&aliases, partial, told), (&whole, json!([]), json!([])));
        let (cat, partial, told) = read(&setup, kind, &format!("{kind} cat"), with(&["/_resolve", "/_alias"])).await;
        let tables: Vec<_> = whole.into_iter().filter(|table| table["kind"] == "table").collect();
        assert_eq!((cat, partial, told), (tables, json!(["tables"]), json!([["default", "its aliases could not be listed"]])));
    }
}

/// Of hidden indices one is blocked: by `_alias` nobody knows then which streams there are.
#[tokio::test]
async fn streams_that_cannot_be_listed() {
    let setup = Setup::sqlite().await;
    let blocked = vec![("hidden".to_owned(), 403, "cluster_block_exception")];
    let fake = Fake { failing: refused(&["/_resolve"]), refused: blocked, version: opensearch(), ..cluster() };
    let (tables, partial, told) = read(&setup, "opensearch", "x", fake).await;
    let names: Vec<_> = tables.iter().filter_map(|table| table["table"].as_str()).collect();
    assert_eq!(names, ["all", "closed", "odd", "old", "orders"]);
    assert_eq!((partial, told), (json!(["tables"]), json!([["default", "its data streams could not be listed"]])));
}

/// Before 7.9 there is no `_resolve`, before 7.7 no word for what is hidden.
#[tokio::test]
async fn by_old_versions() {
    let setup = Setup::sqlite().await;
    for version in ["7.0.1", "7.6.2", "7.8.1"] {
        let fake = Fake { streams: vec![], version: json!({"number": version, "build_flavor": "default"}), ..cluster() };
        let indices = fake.indices.iter().filter(|index| !index.name.starts_with('.')).cloned().collect();
        let aliases = vec![("all", vec!["orders", "old"])];
        let (tables, partial, told) = read(&setup, "elasticsearch", version, Fake { indices, aliases, ..fake }).await;
        let names: Vec<_> = tables.iter().filter_map(|table| table["table"].as_str()).collect();
        assert_eq!((names, partial, told), (vec!["all", "closed", "odd", "old", "orders"], json!([]), json!([])), "{version}");
        assert_eq!(named(&tables, "closed")["comment"], "closed", "{version}");
    }
}

/// A role that names indices alone: `OpenSearch` tells of their aliases with them, and lets those be read.
#[tokio::test]
async fn aliases_that_only_indices_name() {
    let setup = Setup::sqlite().await;
    for (kind, version, wanted) in
        [("opensearch", opensearch(), ["all", "unseen"].as_slice()), ("elasticsearch", elasticsearch(), [].as_slice())]
    {
        let (tables, partial, _) = read(&setup, kind, kind, Fake { of_indices_alone: true, version, ..cluster() }).await;
        let views: Vec<_> = tables.iter().filter(|table| table["kind"] == "view").filter_map(|table| table["table"].as_str()).collect();
        assert_eq!((views.as_slice(), partial), (wanted, json!([])), "{kind}");
    }
}
