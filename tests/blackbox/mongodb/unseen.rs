//! Fields that a later sample misses.

use reqwest::header::ETAG;
use serde_json::{Value, json};

use super::{body, database, mongo};
use crate::support::cache::{cached, columns};
use crate::support::{Client, Setup};

/// The one table as the API shows it, and the tag of the whole schema.
async fn shown(client: &Client) -> (Value, String) {
    let answer = client.get("/api/v2/datasource/schema?datasourceName=x").await;
    let tag = answer.headers[ETAG].to_str().expect("text").to_owned();
    (answer.ok()["data"]["tables"][0].clone(), tag)
}

/// How often each column was seen, by name.
fn presence(table: &Value) -> Vec<(String, u64)> {
    let column = |field: &Value| {
        let at = usize::try_from(field["position"].as_u64().expect("a position")).expect("small") - 1;
        let name = table["definition"]["columns"][at]["name"].as_str().expect("a name").to_owned();
        (name, field["present"].as_u64().expect("a count"))
    };
    table["sample"]["fields"].as_array().expect("fields").iter().map(column).collect()
}

/// They stay, marked as unseen, and the schema is the same one; new credentials begin anew.
#[tokio::test]
async fn fields_that_a_sample_misses() {
    let (setup, name) = (Setup::sqlite().await, database());
    let (_server, client) = setup.client();
    let first = "d.c.insert_many([
    {'_id': 1, 'a': 1, 'b': 'x', 'items': [{'sku': 1}], 'by_day': {'2024-01-%02d' % n: n for n in range(1, 13)}, 'tags': ['x']}, {'_id': 2, 'a': 2}])
print('null')";
    mongo(&name, first).await;
    client.create(&body(&name, &json!({}))).await.ok();
    let (before, tag) = shown(&client).await;
    let names = ["_id", "a", "b", "by_day", "items", "sku", "tags"];
    let seen = |counts: [u64; 7]| names.iter().map(|name| (*name).to_owned()).zip(counts).collect::<Vec<_>>();
    assert_eq!((presence(&before), &before["sample"]["rows"]), (seen([2, 2, 1, 1, 1, 1, 1]), &json!(2)));
    assert_eq!(before["sample"]["fields"][1]["types"], json!({"integer": 2}));
    let all = cached(&setup, "x").await;
    for (change, rows, counts) in [
        ("d.c.delete_one({'_id': 1})", 1, [1, 1, 0, 0, 0, 0, 0]),
        ("d.c.delete_many({})", 0, [0; 7]),
        ("d.c.insert_one({'_id': 3, 'a': 1})", 1, [1, 1, 0, 0, 0, 0, 0]),
    ] {
        mongo(&name, &format!("{change}\nprint('null')")).await;
        client.sync_name("x").await.ok();
        let (after, same) = shown(&client).await;
        assert_eq!((&after["definition"], &same), (&before["definition"], &tag), "{change}");
        assert_eq!((presence(&after), &after["sample"]["rows"]), (seen(counts), &json!(rows)), "{change}");
        assert_eq!(cached(&setup, "x").await, all, "{change}");
    }
    // What is there is as it is now, what is not there is as it was.
    mongo(&name, "d.c.insert_one({'_id': 4, 'a': 1, 'b': 5})\nprint('null')").await;
    client.sync_name("x").await.ok();
    assert_eq!(
        columns(&cached(&setup, "x").await[0])[..4],
        ["_id: int → integer", "a: int → integer", "b: int → integer", "by_day: map<string, int> → map"]
    );
    client.update(&body(&name, &json!({}))).await.ok();
    assert_eq!(columns(&cached(&setup, "x").await[0]), ["_id: int → integer", "a: int → integer", "b: int → integer"]);
}
