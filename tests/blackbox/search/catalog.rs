//! What is read of servers that are no fakes, filled by the official client.

use serde_json::json;

use super::peers::{Peer, peers};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named};
use crate::support::diagnose::outcome;

/// Makes indices with the official client.
async fn fill(peer: &Peer, prefix: &str) {
    let script = "p = args['prefix']
c.indices.create(index=p + '-a', body={'aliases': {p + '-both': {}}, 'mappings': {'properties': {
    'id': {'type': 'long'}, 'name': {'type': 'text', 'fields': {'raw': {'type': 'keyword'}}}, 'at': {'type': 'date'},
    'address': {'properties': {'city': {'type': 'keyword'}}}, 'items': {'type': 'nested', 'properties': {'sku': {'type': 'keyword'}}},
    'blob': {'type': 'object', 'enabled': False}, 'other': {'type': 'alias', 'path': 'id'}, 'place': {'type': 'geo_point'}}}})
c.indices.create(index=p + '-b', body={'aliases': {p + '-both': {}}, 'mappings': {'properties': {'id': {'type': 'keyword'}}}})
c.indices.create(index='.' + p)
c.indices.create(index=p + '-名前')
c.indices.close(index=p + '-b')
print(json.dumps(c.info()['version'].get('distribution', 'elasticsearch')))";
    assert_eq!(peer.client(script, &json!({"prefix": prefix})).await, peer.kind);
}

#[tokio::test]
async fn what_is_there() {
    what_is_there_at(&peers()).await;
}

/// The same at any servers.
pub(crate) async fn what_is_there_at(peers: &[Peer]) {
    for peer in peers {
        let setup = Setup::sqlite().await;
        let (_server, client) = setup.client();
        let prefix = format!("t{}", uuid::Uuid::new_v4().simple());
        fill(peer, &prefix).await;
        client.create(&peer.body(&json!({}))).await.ok();
        let tables = cached(&setup, "x").await;
        let ours: Vec<_> = tables.iter().filter_map(|t| t["table"].as_str()).filter(|name| name.contains(&prefix)).collect();
        assert_eq!(ours, [format!("{prefix}-a"), format!("{prefix}-b"), format!("{prefix}-both"), format!("{prefix}-名前")]);
        let one = named(&tables, &format!("{prefix}-a"));
        let wanted = [
            "address: object → struct",
            "city: keyword → string",
            "at: date → timestamp_tz",
            "blob: object → json",
            "id: long → integer",
            "items: nested → array",
            "sku: keyword → string",
            "name: text → string",
            "raw: keyword → string",
            "other: alias → integer",
            "place: geo_point → geometry",
        ];
        assert_eq!(columns(one), wanted);
        assert_eq!((&one["columns"][8]["path"], &one["columns"][8]["comment"]), (&json!(["name"]), &json!("multi-field")));
        assert_eq!(named(&tables, &format!("{prefix}-b"))["comment"], "closed");
        let both = named(&tables, &format!("{prefix}-both"));
        assert_eq!((&both["kind"], &columns(both)[4]), (&json!("view"), &"id: keyword | long → string".to_owned()));
        client.sync_name("x").await.ok();
        let mut other = peer.body(&json!({}));
        other["datasourceType"] = json!(if peer.kind == "opensearch" { "elasticsearch" } else { "opensearch" });
        assert_eq!(outcome(&client, &other).await, (json!("product"), json!("OTHER_PRODUCT")));
    }
}
