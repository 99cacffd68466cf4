//! What is read: validators and samples, kinds of collection, awkward names.

use std::time::Duration;

use mongodb::bson::Document;
use serde_json::{Value, json};

use super::{body, database, mongo, open_at};
use crate::fakes::mongodb::Fake;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::diagnose;

/// Paths of a table's inner fields, as `a/[]/b`.
fn paths(table: &Value) -> Vec<String> {
    let all = table["columns"].as_array().expect("columns").iter();
    let text =
        |path: &Value| path.as_array().map(|parts| parts.iter().map(|p| p.as_str().unwrap_or_default()).collect::<Vec<_>>().join("/"));
    all.filter_map(|column| text(&column["path"])).collect()
}

#[tokio::test]
async fn everything_at_once() {
    let (setup, name) = (Setup::sqlite().await, database());
    let (_server, client) = setup.client();
    mongo(
        &name,
        "d.types.insert_many([
    {'_id': ObjectId(), 'i': 1, 'l': 1, 'f': 1.5, 'dec': Decimal128('1.5'), 's': 'x', 'b': True, 'at': datetime.datetime(2024, 1, 1),
     'u': Binary.from_uuid(uuid.uuid4()), 'raw': b'x', 'n': None, 'doc': {'a': 1, 'deep': {'b': 'x'}}, 'tags': ['x', 'y'],
     'items': [{'sku': 'a', 'qty': 1}, {'sku': 'b'}], 'mixed': 1, 'empty': {}, 'm': [[1]]},
    {'_id': ObjectId(), 'i': 2, 'l': Int64(5), 'f': 1, 'dec': 2, 's': 'y', 'b': False, 'mixed': 'x'}])
d.days.insert_one({'_id': 1, 'by_day': {'2024-01-%02d' % n: {'clicks': n} for n in range(1, 21)}})
d['Odd \"name\" 名前'].insert_one({'a.b': 1, '': 2, 'a': {'b': 3}})
d.command('create', 'people', validator={'$jsonSchema': {'bsonType': 'object', 'required': ['name'], 'properties': {
    'name': {'bsonType': 'string', 'description': 'who it is'}, 'age': {'bsonType': ['int', 'null']}, 'address': {'bsonType': 'object',
    'properties': {'zip': {'bsonType': 'string'}}}}}})
d.people.insert_one({'_id': 1, 'name': 'x', 'extra': 1})
d.people.create_index([('name', 1), ('age', -1)], unique=True, name='by_name')
d.command('create', 'grown_ups', viewOn='people', pipeline=[{'$match': {'name': 'x'}}])
d.create_collection('nothing')
d['fs.files'].insert_one({'_id': 1, 'length': 1})
print('null')",
    )
    .await;
    client.create(&body(&name, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    let names: Vec<_> = tables.iter().map(|t| (t["table"].as_str().expect("a name"), t["kind"].as_str().expect("a kind"))).collect();
    assert_eq!(
        names,
        [
            ("Odd \"name\" 名前", "table"),
            ("days", "table"),
            ("fs.files", "table"),
            ("grown_ups", "view"),
            ("nothing", "table"),
            ("people", "table"),
            ("types", "table")
        ]
    );
    assert_eq!(
        columns(named(&tables, "types")),
        [
            "_id: objectId → string",
            "at: date → timestamp_tz",
            "b: bool → boolean",
            "dec: decimal | int → decimal",
            "doc: object → struct",
            "a: int → integer",
            "deep: object → struct",
            "b: string → string",
            "empty: object → json",
            "f: double | int → float",
            "i: int → integer",
            "items: array<object> → array",
            "qty: int → integer",
            "sku: string → string",
            "l: int | long → integer",
            "m: array<array<int>> → array",
            "mixed: int | string → other",
            "n: null → other",
            "raw: binData → binary",
            "s: string → string",
            "tags: array<string> → array",
            "u: uuid → uuid"
        ]
    );
    assert_eq!(paths(named(&tables, "types")), ["doc/a", "doc/deep", "doc/deep/b", "items/[]/qty", "items/[]/sku"]);
    assert_eq!(columns(named(&tables, "days")), ["_id: int → integer", "by_day: map<string, object> → map", "clicks: int → integer"]);
    assert_eq!(paths(named(&tables, "days")), ["by_day/{}/clicks"]);
    assert_eq!(
        columns(named(&tables, "Odd \"name\" 名前"))[1..],
        [": int → integer", "a: object → struct", "b: int → integer", "a.b: int → integer"]
    );
    let people = named(&tables, "people");
    assert_eq!(
        columns(people),
        [
            "_id: int → integer",
            "address: object → struct",
            "zip: string → string",
            "age: int → integer",
            "extra: int → integer",
            "name: string → string"
        ]
    );
    let name_column = &people["columns"][5];
    assert_eq!((&name_column["nullable"], &name_column["comment"]), (&json!(false), &json!("who it is")));
    assert_eq!(people["primaryKey"], json!(["_id"]));
    assert_eq!(people["indexes"][1], json!({"name": "by_name", "columns": ["name", "age"], "unique": true}));
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    let before = client.get("/api/v2/datasource/details?datasourceName=x").await.ok();
    client.sync_name("x").await.ok();
    assert_eq!(cached(&setup, "x").await, tables, "the same source reads the same");
    assert_eq!(before["data"]["server"]["product"], json!("MongoDB"), "{before}");
}

/// Half of a sample is the oldest documents and half the newest, none of them counted twice.
#[tokio::test]
async fn oldest_and_newest() {
    let (setup, name) = (Setup::sqlite().await, database());
    let (_server, client) = setup.client();
    mongo(
        &name,
        "d.long.insert_many([{'_id': n, ('old' if n < 500 else 'new' if n >= 2500 else 'between'): n} for n in range(3000)])
d.short.insert_many([{'_id': n, 'x': n} for n in range(700)])
print('null')",
    )
    .await;
    client.create(&body(&name, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(columns(named(&tables, "long")), ["_id: int → integer", "new: int → integer", "old: int → integer"]);
    assert_eq!(named(&tables, "short")["columns"][1]["nullable"], json!(false));
}

/// Two thousand small collections cost two questions each, and a few for all: a sample that is the whole is a count, too.
#[tokio::test]
async fn two_thousand_collections() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let fake = Fake { collections: (0..2_000).map(|n| format!("c{n:04}")).collect(), ..Fake::default() }.start().await;
    client.create(&open_at(fake.port)).await.ok();
    assert_eq!(cached(&setup, "x").await.len(), 2_000);
    let asked: Vec<_> = fake.commands().iter().filter_map(|command| command.keys().next().cloned()).collect();
    let of = |name: &str| asked.iter().filter(|asked| *asked == name).count();
    assert_eq!((of("find"), of("count"), of("listIndexes")), (2_000, 0, 2_000));
    assert!(asked.len() < 4_020, "{}", asked.len());
    let data = diagnose(&client, &open_at(fake.port)).await;
    let steps: Vec<_> = data["steps"].as_array().expect("steps").iter().map(|s| s["step"].as_str().expect("a name").to_owned()).collect();
    assert_eq!(steps, ["validate", "policy", "resolve", "connect", "authenticate", "database", "list", "read"]);
}

/// Collections larger than their sample: as many questions whatever their size, several at once and never more than a few.
#[tokio::test]
async fn large_collections() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_SAMPLE_ROWS", "101"), ("HEADWATER_SAMPLE_TIME", "3s")]);
    let client = server.client(&setup.token("acme"));
    let collections = (0..40).map(|n| format!("c{n}")).collect();
    let fake = Fake { collections, documents: 1_000_000, pause: Some(("find", Duration::from_millis(20))), ..Fake::default() };
    let fake = fake.start().await;
    client.create(&open_at(fake.port)).await.ok();
    let commands = fake.commands();
    let of = |name: &str| commands.iter().filter(|command| command.contains_key(name)).count();
    assert_eq!((of("find"), of("count"), of("listIndexes"), of("getMore")), (80, 40, 40, 0));
    let mut seen: Vec<_> = commands.iter().filter(|command| command.get_str("find").ok() == Some("c7")).collect();
    seen.sort_by_key(|command| command.get_i64("limit").expect("a limit"));
    let number =
        |command: &Document, name: &str| command.get_i32(name).map(i64::from).or_else(|_| command.get_i64(name)).expect("a number");
    let asked: Vec<_> = seen.iter().map(|c| ["limit", "batchSize", "maxTimeMS"].map(|name| number(c, name))).collect();
    assert_eq!(asked, [[50, 51, 1_500], [51, 52, 1_500]]);
    assert!((2..=4).contains(&fake.most()), "{}", fake.most());
}

/// The settings of a sample, each with a collection that is larger.
#[tokio::test]
async fn bounds_of_a_sample() {
    let (setup, name) = (Setup::sqlite().await, database());
    mongo(&name, "d.c.insert_many([{'_id': n, ('f%d' % n): 'x' * 1000} for n in range(20)])\nprint('null')").await;
    for (variable, value, fields) in [
        ("HEADWATER_SAMPLE_ROWS", "1", &["f0"][..]),
        ("HEADWATER_SAMPLE_ROWS", "5", &["f0", "f1", "f18", "f19", "f2"]),
        ("HEADWATER_SAMPLE_BYTES", "3500", &["f0", "f1", "f2"]),
    ] {
        let server = setup.start_with(&[(variable, value)]);
        let client = server.client(&setup.token("acme"));
        let mut body = body(&name, &json!({}));
        body["credentials"]["name"] = json!(format!("x{value}"));
        client.create(&body).await.ok();
        let columns = columns(&cached(&setup, &format!("x{value}")).await[0]);
        let found: Vec<_> = columns[1..].iter().map(|column| column.split(':').next().expect("a name")).collect();
        assert_eq!(found, fields, "{variable}={value}");
    }
}

/// A corner that fails costs that corner.
#[tokio::test]
async fn collections_that_fail() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (code, partial, tables) in [(50, json!(["columns"]), 1), (13, json!([]), 0)] {
        let error = mongodb::bson::doc! {"ok": 0, "code": code, "errmsg": "canary"};
        let fake = Fake { collections: vec!["c".to_owned()], answers: vec![("find", error)], ..Fake::default() }.start().await;
        let mut body = open_at(fake.port);
        body["credentials"]["name"] = json!(format!("x{code}"));
        let answer = client.create(&body).await;
        assert!(answer.status == 200 && !answer.text.contains("canary"), "{}", answer.text);
        let name = format!("x{code}");
        assert_eq!((cached(&setup, &name).await.len(), &summary(&setup, &name).await["partial"]), (tables, &partial));
    }
}
