//! Fields, types and names, beside the fields that the server itself finds in each index, alias and stream.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{alone, both, names, opensearch, prefix, read};
use crate::search::catalog::what_is_there_at;
use crate::search::names::of_indices_at;
use crate::support::Setup;
use crate::support::cache::{columns, named, summary};

/// What is read of servers of others is read of these.
#[tokio::test]
async fn what_is_there() {
    let _alone = alone().await;
    what_is_there_at(&both()).await;
}

#[tokio::test]
async fn names_that_need_care() {
    let _alone = alone().await;
    of_indices_at(&both()).await;
}

/// Fields by their whole path with their types; those that are another name of one have its type.
fn fields(table: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let all = table["columns"].as_array().expect("columns");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let path = |column: &Value| {
        let parents = column["path"].as_array().into_iter().flatten().map(text);
        parents.chain([text(&column["name"])]).collect::<Vec<_>>().join(".")
    };
    let types = |column: &Value| text(&column["nativeType"]).split(" | ").map(str::to_owned).collect::<BTreeSet<_>>();
    let known: BTreeMap<_, _> = all.iter().map(|column| (path(column), types(column))).collect();
    let of =
        |column: &Value| text(&column["comment"]).strip_prefix("alias of ").map_or_else(|| types(column), |target| known[target].clone());
    all.iter().map(|column| (path(column), of(column))).collect()
}

/// Indices, aliases that differ, hidden ones, and of each the fields that the server's own `_field_caps` tells (but for what `OpenSearch`
/// makes of a `flat_object`, a field whose name ends with a point).
#[tokio::test]
async fn fields_are_the_servers() {
    let _alone = alone().await;
    let script = "p = args['prefix']
types = 'long integer short byte double float half_float unsigned_long boolean keyword text date date_nanos ip binary geo_point integer_range date_range ip_range wildcard flattened flat_object'.split()
known = []
for t in types:
    try:
        c.indices.create(index=p + '-try', body={'mappings': {'properties': {'x': {'type': t}}}})
        c.indices.delete(index=p + '-try')
        known.append(t)
    except Exception:
        pass
properties = {'f_' + t: {'type': t} for t in known}
properties.update({'id': {'type': 'long'}, 'key': {'type': 'alias', 'path': 'id'}, 'name': {'type': 'text', 'fields': {'raw': {'type': 'keyword'}}},
    'o': {'properties': {'in': {'properties': {'a': {'type': 'keyword'}}}}}, 'items': {'type': 'nested', 'properties': {'sku': {'type': 'keyword'}}}})
both = p + '-both'
c.indices.create(index=p + '-a', body={'aliases': {both: {}, p + '-filtered': {'filter': {'term': {'id': 1}}}, p + '-unseen': {'is_hidden': True}},
    'mappings': {'properties': properties}})
c.indices.create(index=p + '-b', body={'aliases': {both: {}}, 'mappings': {'properties': {'id': {'type': 'keyword'}, 'key': {'type': 'alias', 'path': 'id'}, 'only': {'type': 'ip'}}}})
c.indices.create(index=p + '-hidden', body={'settings': {'index.hidden': True}})
shown = [p + '-a', p + '-b', both, p + '-filtered']
caps = {n: {f: sorted(t) for f, t in c.field_caps(index=n, fields='*')['fields'].items() if not f.startswith('_') and not f.endswith('.')} for n in shown}
print(json.dumps([len(known), caps]))";
    for peer in both() {
        let setup = Setup::sqlite().await;
        let prefix = prefix();
        let told = peer.client(script, &json!({"prefix": prefix})).await;
        assert!(told[0].as_u64() > Some(15), "{told}");
        let tables = read(&setup, &peer, "x", &json!({}), &prefix).await;
        assert_eq!(names(&tables, &prefix), ["p-a table", "p-b table", "p-both view", "p-filtered view"], "{}", peer.kind);
        for (name, caps) in told[1].as_object().expect("indices") {
            assert_eq!(json!(fields(named(&tables, name))), *caps, "{}: {name}", peer.kind);
        }
        // What stands for a field of which the indices differ is text as that is.
        let lines = columns(named(&tables, &format!("{prefix}-both")));
        assert!(
            lines.contains(&"key: alias → string".to_owned()) && lines.contains(&"id: keyword | long → string".to_owned()),
            "{lines:?}"
        );
        assert!(columns(named(&tables, &format!("{prefix}-a"))).contains(&"key: alias → integer".to_owned()), "{}", peer.kind);
        assert_eq!(summary(&setup, "x").await["partial"], json!([]), "{}", peer.kind);
    }
}

/// Computed fields in the product's own word.
#[tokio::test]
async fn computed_fields() {
    let _alone = alone().await;
    let script = "body = {'runtime': {'day': {'type': 'keyword'}}, 'properties': {'id': {'type': 'long'}}}
if args['kind'] == 'opensearch':
    body = {'derived': {'day': {'type': 'keyword', 'script': {'source': \"emit(doc['id'].value.toString())\"}}}, 'properties': {'id': {'type': 'long'}}}
c.indices.create(index=args['name'], body={'mappings': body})
print(1)";
    for (peer, comment) in both().into_iter().zip(["derived field", "runtime field"]) {
        let (setup, prefix) = (Setup::sqlite().await, prefix());
        peer.client(script, &json!({"kind": peer.kind, "name": prefix})).await;
        let tables = read(&setup, &peer, "x", &json!({}), &prefix).await;
        assert_eq!(columns(&tables[0]), ["day: keyword → string", "id: long → integer"]);
        let day = &tables[0]["columns"][0];
        assert_eq!((&day["comment"], &day["generated"]), (&json!(comment), &json!("virtual")));
    }
}

/// A data stream is one table with the fields of all that is behind it.
#[tokio::test]
async fn data_streams() {
    let _alone = alone().await;
    let (peer, setup, prefix) = (opensearch(), Setup::sqlite().await, prefix());
    peer.client(super::listed::STREAM, &json!({"prefix": prefix})).await;
    let tables = read(&setup, &peer, "x", &json!({}), &prefix).await;
    assert_eq!(names(&tables, &prefix), ["p-s table"]);
    assert_eq!(columns(&tables[0]), ["@timestamp: date → timestamp_tz", "new: long → integer", "old: long → integer"]);
}
