//! Names that clusters allow and that need care: each leads to its own mapping.

use serde_json::{Value, json};

use super::elastic;
use super::peers::{Peer, peers};
use crate::fakes::search::{Fake, Index};
use crate::support::Setup;
use crate::support::cache::{cached, named, summary};

/// Names of indices; what a cluster refuses (`\ / * ? " < > | , #`, blanks, capitals, a colon) is not among them.
fn indices(prefix: &str) -> Vec<String> {
    let odd = [
        "select", "a.b", "a..b", "a+b", "a-b", "a_b", "12", "a%2fb", "a%b", "a&b=c", "a'b", "a;b", "a$b", "a@b", "(a)", "[a]", "{a}",
        "a!b", "a^b", "a`b", "a~b", "a=b", "名前", "ü", "e\u{301}", "é", "🦀", "_all", "_mapping", "null", "a\u{a0}b", "%c3%a9", "..",
    ];
    let mut all: Vec<_> = odd.iter().map(|name| format!("{prefix}{name}")).collect();
    all.push(format!("{prefix}{}", "n".repeat(255 - prefix.len())));
    all
}

/// A field that says whose mapping it is: a number, because nothing else of a name is the same everywhere.
fn own(at: usize) -> Value {
    json!({format!("f{at}"): {"type": "long"}})
}

#[tokio::test]
async fn of_indices_at_servers_that_are_no_fakes() {
    of_indices_at(&peers()).await;
}

/// The same at any servers.
pub(crate) async fn of_indices_at(peers: &[Peer]) {
    for peer in peers {
        let setup = Setup::sqlite().await;
        let (_server, client) = setup.client();
        let names = indices(&format!("n{}-", &uuid::Uuid::new_v4().simple().to_string()[..8]));
        let script = "made = []
for i, n in enumerate(args['names']):
    try:
        c.indices.create(index=n, body={'mappings': {'properties': {'f%d' % i: {'type': 'long'}}}})
        made.append(n)
    except Exception as e:
        pass
print(json.dumps(made))";
        let made = peer.client(script, &json!({"names": names})).await;
        let made: Vec<_> = made.as_array().expect("names").iter().filter_map(Value::as_str).collect();
        assert!(made.len() > names.len() / 2, "{made:?}");
        client.create(&peer.body(&json!({}))).await.ok();
        let tables = cached(&setup, "x").await;
        for (at, name) in names.iter().enumerate().filter(|(_, name)| made.contains(&name.as_str())) {
            assert_eq!(named(&tables, name)["columns"][0]["name"], json!(format!("f{at}")), "{name}");
        }
        peer.client("for n in args['names']: c.indices.delete(index=n)\nprint(1)", &json!({"names": made})).await;
    }
}

#[tokio::test]
async fn of_indices() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let names: Vec<_> = indices("x").into_iter().chain(["単独", "a%2fb", "%5fall", "é"].map(str::to_owned)).collect();
    let sound = names.iter().enumerate().map(|(at, name)| Index::new(name, &own(at)));
    // What no cluster has: they would ask for other things, and are not asked for.
    let wrong = ["_all", "-x", "+x", "a,b", "a*", "a/b", "..", ".", "a?b", "<now>", "a b", "a#b", "a\nb"];
    let all = sound.chain(wrong.iter().map(|name| Index::new(name, &json!({"secret": {"type": "long"}}))));
    let running = Fake { indices: all.collect(), ..Fake::default() }.start().await;
    client.create(&elastic(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(tables.len(), names.len());
    for (at, name) in names.iter().enumerate() {
        assert_eq!(named(&tables, name)["columns"][0]["name"], json!(format!("f{at}")), "{name}");
    }
    assert_eq!(summary(&setup, "x").await["partial"], json!(["names"]));
    let plain = |path: &str| path.bytes().all(|b| b.is_ascii_graphic()) && !path.contains("/../");
    assert!(running.requests().iter().all(|request| plain(&request.path)), "encoded whole");
}

/// Names of fields are text: points in them part nothing, and one that is too long costs itself.
#[tokio::test]
async fn of_fields() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let long = "l".repeat(64 << 10);
    let names =
        ["a.b", ".", "a..b", "Order", "order", "quo\"te", "it's", "back\\slash", "new\nline", "日本", "🦀", "<b>", "null", "\u{0}", " "];
    let mut fields: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({"type": "long"}))).collect();
    fields.insert(long.clone(), json!({"type": "long", "fields": {"raw": {"type": "keyword"}}}));
    fields.insert("o.p".to_owned(), json!({"properties": {"a.b": {"type": "keyword"}, long.clone(): {"type": "long"}}}));
    let alias = json!({"type": "alias", "path": "o.p.a.b"});
    fields.insert("other".to_owned(), alias);
    let two = json!({"id": {"type": "long"}, long.clone(): {"type": "keyword"}});
    let indices = vec![Index::new("t", &json!(fields)), Index::new("u", &two)];
    let running = Fake { indices, aliases: vec![("both", vec!["t", "u"])], ..Fake::default() }.start().await;
    client.create(&elastic(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    let columns = named(&tables, "t")["columns"].as_array().expect("columns").clone();
    let top: Vec<_> = columns.iter().filter(|c| c["path"].is_null()).filter_map(|c| c["name"].as_str()).collect();
    for name in names.iter().chain(&["o.p", "other"]) {
        assert!(top.contains(name), "{name:?}: {top:?}");
    }
    let inner = columns.iter().find(|c| c["path"] == json!(["o.p"])).expect("a field in another");
    assert_eq!((&inner["name"], &columns.iter().find(|c| c["name"] == "other").expect("there")["type"]), (&json!("a.b"), &json!("string")));
    // Nothing of a page grows by it.
    let summary = summary(&setup, "x").await;
    assert!(summary.to_string().len() < 64 << 10, "{}", summary.to_string().len());
    assert!(!top.contains(&long.as_str()) && summary["partial"] == json!(["names"]), "{}", summary["partial"]);
}
