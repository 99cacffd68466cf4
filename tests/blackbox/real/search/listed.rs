//! Users who may not see all, and indices that are blocked.

use serde_json::{Value, json};

use super::{alone, both, names, opensearch, prefix, read};
use crate::support::Setup;
use crate::support::cache::{named, summary};
use crate::support::diagnose::{Broken, diagnose};

/// A data stream, of which the second index has another field.
pub(super) const STREAM: &str = "p = args['prefix']
for field in ['old', 'new']:
    c.indices.put_index_template(name=p, body={'index_patterns': [p + '-s'], 'data_stream': {}, 'template': {'mappings': {'properties': {field: {'type': 'long'}}}}})
    c.indices.rollover(alias=p + '-s') if field == 'new' else c.indices.create_data_stream(name=p + '-s')
print(1)";

const ALLOW: &str = "allow the user's role indices:admin/resolve/index and indices:admin/mappings/get on all indices (*), or on some, \
    with do_not_fail_on_forbidden: true in the security plug-in's configuration";

/// By `_alias` a user reads what another does by `_resolve`: streams, closed indices, aliases, hidden ones not.
#[tokio::test]
async fn by_aliases() {
    let _alone = alone().await;
    let (peer, setup, prefix) = (opensearch(), Setup::sqlite().await, prefix());
    peer.client(STREAM, &json!({"prefix": prefix})).await;
    let script = "p = args['prefix']
c.indices.create(index=p + '-a', body={'aliases': {p + '-both': {}, p + '-unseen': {'is_hidden': True}}, 'mappings': {'properties': {'id': {'type': 'long'}}}})
c.indices.create(index=p + '-b', body={'aliases': {p + '-both': {}}})
c.indices.create(index=p + '-hidden', body={'settings': {'index.hidden': True}})
c.indices.close(index=p + '-b')
print(1)";
    peer.client(script, &json!({"prefix": prefix})).await;
    let by_resolve = read(&setup, &peer, "app", &json!({}), &prefix).await;
    let by_alias = read(&setup, &peer, "mappings", &json!({"username": "mappings"}), &prefix).await;
    assert_eq!(by_alias, by_resolve);
    assert_eq!(names(&by_alias, &prefix), ["p-a table", "p-b table", "p-both view", "p-s table"]);
    assert_eq!(named(&by_alias, &format!("{prefix}-b"))["comment"], "closed");
    for name in ["app", "mappings"] {
        assert_eq!(summary(&setup, name).await["partial"], json!([]), "{name}");
    }
}

/// One index with a block on its metadata costs itself; by `_alias` there is no list, and that is told as what it is.
#[tokio::test]
async fn a_blocked_index() {
    let _alone = alone().await;
    for peer in both() {
        let (setup, prefix) = (Setup::sqlite().await, prefix());
        let block = "[c.indices.create(index=args['prefix'] + n, body={}) for n in ['-a', '-blocked']]
c.indices.put_settings(index=args['prefix'] + '-blocked', body={'index.blocks.metadata': True})
print(1)";
        peer.client(block, &json!({"prefix": prefix})).await;
        let tables = read(&setup, &peer, "x", &json!({}), &prefix).await;
        let summary = summary(&setup, "x").await;
        let other = Setup::sqlite().await;
        let (_server, client) = other.client();
        let remedy: &'static str = format!("take index.blocks.metadata off the indices that have it, or {ALLOW}").leak();
        let changes = json!({"username": "mappings"});
        let listed = Broken { case: "blocked", changes, step: "list", code: "SERVER_ERROR", field: None, remedy };
        if peer.kind == "opensearch" {
            listed.check(&client, &peer.body(&json!({}))).await;
        }
        let free = "c.indices.put_settings(index=args['prefix'] + '-blocked', body={'index.blocks.metadata': False})
c.indices.delete(index=args['prefix'] + '-blocked')
print(1)";
        peer.client(free, &json!({"prefix": prefix})).await;
        assert_eq!(names(&tables, &prefix), ["p-a table"], "{}", peer.kind);
        assert_eq!(summary["partial"], json!(["tables"]));
        let note = &summary["notes"][0];
        assert_eq!((&note["object"], &note["text"]), (&json!(format!("{prefix}-blocked")), &json!("the cluster blocks it")));
    }
}

/// A role that names some indices: those are read, and the aliases that they have; one that names none is told what it needs.
#[tokio::test]
async fn roles() {
    let _alone = alone().await;
    let (peer, setup, prefix) = (opensearch(), Setup::sqlite().await, prefix());
    let script = "p = args['prefix']
c.indices.create(index='few-' + p, body={'aliases': {'few-alias-' + p: {}, 'other-' + p: {}}, 'mappings': {'properties': {'id': {'type': 'long'}}}})
c.indices.create(index='many-' + p, body={'aliases': {'other-' + p: {}}})
print(1)";
    peer.client(script, &json!({"prefix": prefix})).await;
    let tables = read(&setup, &peer, "x", &json!({"username": "few"}), &prefix).await;
    assert_eq!(names(&tables, &prefix), ["few-alias-p view", "few-p table", "other-p view"]);
    assert!(tables.iter().all(|table| table["columns"][0]["name"] == "id"));
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    let other = Setup::sqlite().await;
    let (_server, client) = other.client();
    let data = diagnose(&client, &peer.body(&json!({"username": "few"}))).await;
    // It may not see the root answer.
    assert_eq!((&data["success"], &data["server"]["version"]), (&json!(true), &json!("")), "{data}");
    let none = Broken {
        case: "none",
        changes: json!({"username": "none"}),
        step: "list",
        code: "NO_PRIVILEGE",
        field: Some("username"),
        remedy: ALLOW,
    };
    none.check(&client, &peer.body(&Value::Object(serde_json::Map::new()))).await;
}
