//! A corner of a source costs that corner: what cannot be read is left out or replaced, and it is told what and why.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};

use super::{cached, named, summary};
use crate::support::diagnose::diagnose;
use crate::support::{Client, Setup, Source};

/// The codes and objects of all notes: as details have them, and as the test's read step does.
async fn notes(client: &Client, body: &Value, name: &str) -> Vec<(String, String)> {
    let of = |place: &Value| -> Vec<(String, String)> {
        let all = place["notes"].as_array().cloned().unwrap_or_default();
        assert_eq!(place.get("notesTotal").and_then(Value::as_u64).unwrap_or_default(), all.len() as u64, "{place}");
        all.iter().map(|n| (n["code"].as_str().expect("a code").to_owned(), n["object"].as_str().expect("an object").to_owned())).collect()
    };
    let details = client.get(&format!("/api/v2/datasource/details?datasourceName={name}")).await.ok();
    let stored = of(&details["data"]["schema"]);
    let data = diagnose(client, body).await;
    let steps = data["steps"].as_array().expect("steps");
    assert_eq!(of(steps.iter().find(|step| step["step"] == "read").expect("a read")), stored);
    stored
}

/// What the server itself has stored, byte for byte, read as UTF-8.
async fn bytes(source: &Source, expression: &str) -> String {
    let sql = format!("select convert_to({expression}, 'SQL_ASCII')");
    let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut source.connection().await).await.expect("bytes");
    String::from_utf8_lossy(row.get::<&[u8], _>(0)).into_owned()
}

/// Bytes that are no text in any place, and characters that UTF-8 has no equivalent for: the table is there, with U+FFFD in their place.
#[tokio::test]
async fn texts_of_no_encoding() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (encoding, byte) in [("SQL_ASCII", "\\xe9"), ("WIN1252", "\\x81"), ("EUC_JP", "\\xf9\\xf9")] {
        let source = Source::encoded(encoding).await;
        source.sql(&format!("create table plain (id int primary key); comment on table plain is 'nothing odd'; create table t (id int); comment on table t is E'caf{byte}'; comment on column t.id is E'caf{byte}'")).await;
        // A stranger's comment, in a schema that the user cannot use.
        source
            .admin_sql(&format!("create schema closed; create table closed.t (id int); comment on column closed.t.id is E'{byte}'"))
            .await;
        client.create(&source.body(encoding)).await.ok();
        let tables = cached(&setup, encoding).await;
        let wanted = bytes(&source, "obj_description('t'::regclass)").await;
        assert!(wanted.contains('\u{fffd}'), "{wanted}");
        let table = named(&tables, "t");
        assert_eq!((&table["comment"], &table["columns"][0]["comment"]), (&json!(wanted), &json!(wanted)), "{encoding}");
        assert_eq!(named(&tables, "plain")["comment"], json!("nothing odd"), "{encoding}");
        assert_eq!(summary(&setup, encoding).await["partial"], json!(["text"]), "{encoding}");
        let told = notes(&client, &source.body(encoding), encoding).await;
        assert_eq!(told, [("TEXT_REPLACED".to_owned(), "public.t".to_owned())], "{encoding}");
    }
    // Names, types and defaults as well; and a database of another encoding, of which everything can be converted.
    let odd = Source::encoded("SQL_ASCII").await;
    odd.sql("do $$ begin execute E'create table \"t\\xe9\" (\"c\\xe9\" text default ''d\\xe9'')'; end $$").await;
    client.create(&odd.body("odd")).await.ok();
    let tables = cached(&setup, "odd").await;
    assert_eq!(
        (&tables[0]["table"], &tables[0]["columns"][0]["name"], &tables[0]["columns"][0]["default"]),
        (&json!("t\u{fffd}"), &json!("c\u{fffd}"), &json!("'d\u{fffd}'::text"))
    );
    let latin = Source::encoded("LATIN1").await;
    latin.sql("create table t (id int); comment on table t is 'café'").await;
    client.create(&latin.body("latin")).await.ok();
    assert_eq!(cached(&setup, "latin").await[0]["comment"], json!("café"));
    assert_eq!(summary(&setup, "latin").await["partial"], json!([]));
}

/// A table that somebody has locked costs its own defaults; the read does not wait for it, and reads everything else.
#[tokio::test]
async fn a_locked_table() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source
        .sql("create table busy (id int default 7, twice int generated always as (1 + 1) stored); create table free (id int default 7)")
        .await;
    let mut blocker = source.connection().await;
    sqlx::raw_sql("begin; lock table busy in access exclusive mode").execute(&mut blocker).await.expect("locked");
    client.create(&source.body("x")).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(named(&tables, "busy")["columns"][0].get("default"), None);
    assert_eq!(named(&tables, "busy")["columns"][1]["generated"], json!("stored"));
    assert_eq!(named(&tables, "free")["columns"][0]["default"], json!("7"));
    assert_eq!(summary(&setup, "x").await["partial"], json!(["defaults"]));
    let told = notes(&client, &source.body("x"), "x").await;
    assert_eq!(told, [("DEFAULTS_UNREADABLE".to_owned(), "public.busy".to_owned())]);
    sqlx::raw_sql("rollback").execute(&mut blocker).await.expect("unlocked");
    client.sync_name("x").await.ok();
    assert_eq!(named(&cached(&setup, "x").await, "busy")["columns"][0]["default"], json!("7"));
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
}

/// A type that is gone: its table was dropped while it was read, and is not stored with a type `???`.
#[tokio::test]
async fn a_type_that_is_gone() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create type mood as enum ('ok'); create table gone (id int, m mood, n int); create table stays (id int)").await;
    // What a read sees that began before a drop: the column is there, its type is not.
    source.admin_sql("delete from pg_type where oid = 'mood'::regtype").await;
    client.create(&source.body("x")).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(tables.iter().map(|t| t["table"].as_str().expect("a name")).collect::<Vec<_>>(), ["stays"]);
    assert_eq!(summary(&setup, "x").await["partial"], json!(["tables"]));
    let told = notes(&client, &source.body("x"), "x").await;
    assert_eq!(told, [("TABLE_UNREADABLE".to_owned(), "public.gone".to_owned())]);
}
