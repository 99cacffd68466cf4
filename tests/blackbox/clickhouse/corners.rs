//! A corner of a source costs that corner, and an answer that was cut off is never taken for the whole.
//!
//! Peers: mariadb.

use std::io::{Read, Write};

use serde_json::{Value, json};

use crate::fakes::http::{Reply, Request, Running, serve};
use crate::support::cache::{cached, named, summary};
use crate::support::clickhouse::ClickHouse;
use crate::support::diagnose::with;
use crate::support::mariadb::MariaDb;
use crate::support::proxy::Proxy;
use crate::support::{Client, Setup};

/// How many tables and columns the server itself counts.
async fn counted(source: &ClickHouse) -> (Value, Value) {
    let count = async |table: &str| {
        let sql = format!("select count() from system.{table} where database = 'own' settings limit = 0, max_result_rows = 0 format TSV");
        json!(source.ask(&sql).await.trim().parse::<u64>().expect("a number"))
    };
    (count("tables").await, count("columns").await)
}

async fn create(setup: &Setup, client: &Client, body: &Value, name: &str) -> Value {
    client.create(&with(body, &json!({"name": name}))).await.ok();
    summary(setup, name).await
}

/// A database that stands for a dead server's: the rest is read, and it is told which is missing.
#[tokio::test]
async fn a_dead_foreign_database() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (source, foreign) = (ClickHouse::alone().await, MariaDb::new());
    foreign.sql("create table far (id int primary key)");
    source.sql(&["create table $.t (a Int8, b String) engine = MergeTree order by (a)"]).await;
    let proxy = Proxy::start(foreign.port).await;
    source
        .ask(&format!("create database gone engine = MySQL('127.0.0.1:{}', '{}', '{}', 'pw')", proxy.port, foreign.database, foreign.user))
        .await;
    let alive = create(&setup, &client, &source.body("x"), "alive").await;
    assert_eq!((&alive["schemas"], &alive["tables"], &alive["partial"]), (&json!(["default", "gone", "own"]), &json!(2), &json!([])));
    drop(proxy);
    let dead = create(&setup, &client, &source.body("x"), "dead").await;
    assert_eq!((&dead["tables"], &dead["columns"], &dead["partial"]), (&json!(1), &json!(2), &json!(["databases"])));
    assert_eq!(
        (&dead["notes"][0]["code"], &dead["notes"][0]["object"], &dead["notesTotal"]),
        (&json!("DATABASE_UNREADABLE"), &json!("gone"), &json!(1))
    );
    let tables = cached(&setup, "dead").await;
    assert_eq!(named(&tables, "t")["primaryKey"], json!(["a"]));
    // One beside it that lives is read as before.
    let proxy = Proxy::start(foreign.port).await;
    source
        .ask(&format!("create database near engine = MySQL('127.0.0.1:{}', '{}', '{}', 'pw')", proxy.port, foreign.database, foreign.user))
        .await;
    let both = create(&setup, &client, &source.body("x"), "both").await;
    assert_eq!((&both["tables"], &both["notesTotal"]), (&json!(2), &json!(1)));
}

/// Keys are the server's own, however they were written.
#[tokio::test]
async fn keys_as_they_are_written() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for source in [ClickHouse::old().await, ClickHouse::current().await] {
        let mut wanted = Vec::new();
        for (n, (key, columns)) in [
            ("a", Some(&["a"][..])),
            ("(a)", Some(&["a"])),
            ("((a))", Some(&["a"])),
            ("(a, b)", Some(&["a", "b"])),
            ("(b, a)", Some(&["b", "a"])),
            ("(`c d`, `e)f`)", Some(&["c d", "e)f"])),
            ("(a, b + 1)", None),
            ("tuple()", None),
        ]
        .into_iter()
        .enumerate()
        {
            source
                .ask(&format!(
                    "create table {}.t{n} (a UInt64, b UInt64, `c d` UInt64, `e)f` UInt64) engine = MergeTree order by {key}",
                    source.database
                ))
                .await;
            wanted.push((key, columns.map(|all| json!(all)).unwrap_or_default()));
        }
        let name = source.database.clone();
        client.create(&source.body(&name)).await.ok();
        let tables: Vec<_> = cached(&setup, &name).await.into_iter().filter(|t| t["schema"] == json!(name)).collect();
        for (n, (key, wanted)) in wanted.into_iter().enumerate() {
            let table = named(&tables, &format!("t{n}"));
            assert_eq!(table.get("primaryKey").cloned().unwrap_or_default(), wanted, "{key}");
        }
    }
}

/// A profile that cuts answers off without a word is overruled.
#[tokio::test]
async fn a_profile_that_cuts_off() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = ClickHouse::alone().await;
    for n in 0..60 {
        source.ask(&format!("create table own.t{n:02} (a Int8, b Int8, c Int8) engine = Log")).await;
    }
    let (tables, columns) = counted(&source).await;
    for (case, profile) in [
        ("rows", "result_overflow_mode = 'break', max_result_rows = 50, max_block_size = 50"),
        ("few rows", "max_result_rows = 3, max_block_size = 3"),
        ("limit", "max_result_rows = 0, limit = 7"),
        ("rows to read", "limit = 0, read_overflow_mode = 'break', max_rows_to_read = 20"),
        ("lists", "max_rows_to_read = 0, output_format_json_array_of_rows = 1"),
    ] {
        source.ask(&format!("set {profile}")).await;
        let summary = create(&setup, &client, &source.body("x"), case).await;
        assert_eq!((&summary["tables"], &summary["columns"], &summary["partial"]), (&tables, &columns, &json!([])), "{case}");
    }
    // A user who may change nothing: what came is counted, and what is not whole is left out and told.
    source.ask("set output_format_json_array_of_rows = 0, result_overflow_mode = 'break', max_result_rows = 50, max_block_size = 50").await;
    let read_only = forbidding_settings(source.port).await;
    let summary = create(&setup, &client, &with(&source.body("x"), &json!({"port": read_only.port})), "read-only").await;
    assert_eq!(summary["partial"], json!(["columns", "tables"]));
    assert_eq!((&summary["notes"][0]["code"], &summary["notes"][0]["object"]), (&json!("CUT_OFF"), &json!("system.tables")));
    let cached = cached(&setup, "read-only").await;
    assert!(!cached.is_empty() && summary["tables"].as_u64() < tables.as_u64(), "{summary}");
    assert!(cached.iter().all(|table| table["columns"].as_array().map(Vec::len) == Some(3)), "a table is whole or not there");
    // And of such a user, when nothing is cut off, everything.
    source.ask("set max_result_rows = 0, result_overflow_mode = 'throw'").await;
    let summary = create(&setup, &client, &with(&source.body("x"), &json!({"port": read_only.port})), "whole").await;
    assert_eq!((&summary["tables"], &summary["columns"], &summary["partial"]), (&tables, &columns, &json!([])));
}

/// The server at a port, for a user with `readonly = 1`: a statement that sets something is refused, as servers refuse it.
async fn forbidding_settings(port: u16) -> Running {
    serve(move |_, request| {
        if request.body.contains(" settings ") {
            let text = "Code: 164. DB::Exception: Cannot modify setting in readonly mode. (READONLY)\n";
            return Reply::Whole(500, vec![("X-ClickHouse-Exception-Code", "164".to_owned())], text.to_owned());
        }
        Reply::Raw(passed_on(port, request))
    })
    .await
}

#[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
fn passed_on(port: u16, request: &Request) -> Vec<u8> {
    let mut server = std::net::TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    let head = request.head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    server.write_all(&[head.as_bytes(), request.body.as_bytes()].concat()).expect("sent");
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).expect("an answer");
    answer
}
