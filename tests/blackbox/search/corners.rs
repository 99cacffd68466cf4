//! What is read of a cluster with a bit of everything, and of one that lists by other requests only.

use serde_json::{Value, json};

use super::{body, elastic};
use crate::fakes::http::serve;
use crate::fakes::search::{Fake, Index, exception};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::diagnose;

/// A cluster with a bit of everything.
pub(super) fn cluster() -> Fake {
    let with = |name: &str, properties: &Value, attributes: Vec<&'static str>| Index { attributes, ..Index::new(name, properties) };
    let orders = json!({"id": {"type": "long"}, "name": {"type": "text", "fields": {"raw": {"type": "keyword"}}}, "at": {"type": "date"},
        "o": {"properties": {"x": {"type": "long"}}}, "key": {"type": "alias", "path": "id"}});
    let old = json!({"id": {"type": "keyword"}, "at": {"type": "date"}, "only": {"type": "ip"}, "o": {"type": "keyword"}});
    let backing = |extra: &str| json!({"@timestamp": {"type": "date"}, extra: {"type": "double"}});
    let odd = json!({
        "vector": {"type": "dense_vector", "dims": 3}, "knn": {"type": "knn_vector", "dimension": 3}, "flat": {"type": "flattened"},
        "flat2": {"type": "flat_object"}, "off": {"type": "object", "enabled": false}, "place": {"type": "geo_point"},
        "shape": {"type": "geo_shape"}, "lines": {"type": "nested", "properties": {"sku": {"type": "keyword"}}},
        "range": {"type": "date_range"}, "other": {"type": "alias", "path": "lines.sku"}, "lost": {"type": "alias", "path": "no.where"},
        "join": {"type": "join"}, "what": {"type": "of_the_future"}, "big": {"type": "unsigned_long"}, "blob": {"type": "binary"},
        "small": {"type": "scaled_float", "scaling_factor": 100}, "yes": {"type": "boolean"}, "histogram": {"type": "histogram"}});
    let mut with_runtime = Index::new("odd", &odd);
    with_runtime.mapping["runtime"] = json!({"day": {"type": "keyword", "script": {"source": "emit('x')"}},
        "pair": {"type": "composite", "fields": {"a": {"type": "long"}}}});
    Fake {
        indices: vec![
            with("orders", &orders, vec![]),
            with("old", &old, vec![]),
            with("closed", &json!({"id": {"type": "long"}}), vec!["closed"]),
            with("hidden", &json!({"id": {"type": "long"}}), vec!["hidden"]),
            with(".ds-metrics-000001", &backing("cpu"), vec!["hidden"]),
            with(".ds-metrics-000002", &backing("heap"), vec!["hidden"]),
            with_runtime,
        ],
        aliases: vec![("all", vec!["orders", "old"]), ("of-stream", vec!["metrics"]), ("unseen", vec!["orders"])],
        hidden_aliases: vec!["unseen"],
        streams: vec![("metrics", vec![".ds-metrics-000001", ".ds-metrics-000002"])],
        ..Fake::default()
    }
}

#[tokio::test]
async fn a_bit_of_everything() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = cluster().start().await;
    client.create(&elastic(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    let kinds: Vec<_> = tables.iter().map(|t| json!([t["table"], t["kind"], t["comment"]])).collect();
    let wanted = [
        json!(["all", "view", null]),
        json!(["closed", "table", "closed"]),
        json!(["metrics", "table", null]),
        json!(["odd", "table", null]),
        json!(["of-stream", "view", null]),
        json!(["old", "table", null]),
        json!(["orders", "table", null]),
    ];
    assert_eq!(kinds, wanted);
    let stream = ["@timestamp: date → timestamp_tz", "cpu: double → float", "heap: double → float"];
    assert_eq!(columns(named(&tables, "metrics")), stream);
    assert_eq!(columns(named(&tables, "of-stream")), stream);
    let all = [
        "at: date → timestamp_tz",
        "id: keyword | long → string",
        // Another name of a field of which nobody knows what it is.
        "key: alias → string",
        "name: text → string",
        "raw: keyword → string",
        // What is an object in one index and a word in another has nothing in it.
        "o: keyword | object → string",
        "only: ip → string",
    ];
    assert_eq!(columns(named(&tables, "all")), all);
    let odd = named(&tables, "odd");
    let wanted = [
        "big: unsigned_long → integer",
        "blob: binary → binary",
        "day: keyword → string",
        "flat: flattened → json",
        "flat2: flat_object → json",
        "histogram: histogram → struct",
        "join: join → other",
        "knn: knn_vector → array",
        "lines: nested → array",
        "sku: keyword → string",
        "lost: alias → other",
        "off: object → json",
        "other: alias → string",
        "pair: composite → struct",
        "a: long → integer",
        "place: geo_point → geometry",
        "range: date_range → range",
        "shape: geo_shape → geometry",
        "small: scaled_float → float",
        "vector: dense_vector → array",
        "what: of_the_future → other",
        "yes: boolean → boolean",
    ];
    assert_eq!(columns(odd), wanted);
    let about = |name: &str| {
        let column = odd["columns"].as_array().expect("columns").iter().find(|c| c["name"] == name).expect("there");
        json!([column["path"], column["generated"], column["comment"], column["nullable"]])
    };
    assert_eq!(about("day"), json!([null, "virtual", "runtime field", true]));
    assert_eq!(about("other"), json!([null, "virtual", "alias of lines.sku", true]));
    assert_eq!(about("sku"), json!([["lines"], null, null, true]));
    let notes = summary(&setup, "x").await["notes"].clone();
    let told: Vec<_> = notes.as_array().expect("notes").iter().map(|note| json!([note["code"], note["object"]])).collect();
    assert_eq!(told, [json!(["TYPES_DIFFER", "all.id"]), json!(["TYPES_DIFFER", "all.o"])]);
}

/// Versions that are read, by what they say of themselves; one that may not be asked is taken for granted.
#[tokio::test]
async fn versions() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let of = |number: &str, flavor: &str| json!({"number": number, "build_flavor": flavor});
    let open = |number: &str| json!({"number": number, "distribution": "opensearch"});
    for (kind, version, server) in [
        ("elasticsearch", of("7.17.28", "default"), json!({"product": "Elasticsearch", "version": "7.17.28"})),
        ("elasticsearch", of("9.2.0", "default"), json!({"product": "Elasticsearch", "version": "9.2.0"})),
        ("elasticsearch", of("8.11.0", "serverless"), json!({"product": "Elasticsearch Serverless", "version": "8.11.0"})),
        ("opensearch", open("1.3.20"), json!({"product": "OpenSearch", "version": "1.3.20"})),
        ("opensearch", open("3.1.0"), json!({"product": "OpenSearch", "version": "3.1.0"})),
        ("opensearch", open("7.10.2"), json!({"product": "OpenSearch", "version": "7.10.2"})),
    ] {
        let running = Fake { version: version.clone(), ..Fake::default() }.start().await;
        let data = diagnose(&client, &body(kind, &format!("http://127.0.0.1:{}", running.port), &json!({}))).await;
        assert_eq!((&data["success"], &data["server"]), (&json!(true), &server), "{version}: {data}");
    }
    // A user of some indices alone.
    let fake = Fake::default();
    let few = serve(move |_, request| match request.path.as_str() {
        "/" => exception(403, "security_exception"),
        _ => fake.answer(request),
    })
    .await;
    let data = diagnose(&client, &elastic(few.port, &json!({}))).await;
    assert_eq!((&data["success"], &data["server"]["version"]), (&json!(true), &json!("")), "{data}");
}
