//! What a definition says is what the server says: asked of it in its own words.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};

use super::{cached, named};
use crate::support::{Setup, Source};

/// The server's own list of a table's columns that may be read, with whether they may be null.
async fn told(source: &Source, table: &str) -> Vec<(String, bool)> {
    let sql = format!(
        "set role {}; select column_name::text, is_nullable = 'YES' from information_schema.columns where table_name = '{table}' order by ordinal_position",
        source.user
    );
    let mut connection = source.connection().await;
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn columns(table: &Value) -> Vec<(String, bool)> {
    let all = table["columns"].as_array().expect("columns");
    all.iter().map(|c| (c["name"].as_str().expect("a name").to_owned(), c["nullable"].as_bool().expect("a bool"))).collect()
}

/// A domain that takes no null, and a domain over one. (`information_schema` looks no further than the first, so the second is asked by trying.)
#[tokio::test]
async fn domains_that_take_no_null() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create domain nn as text not null; create domain over as nn; create domain free as int; create table t (a nn, c free, d text not null, e text); create table u (b over)").await;
    client.create(&source.body("x")).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(columns(named(&tables, "t")), told(&source, "t").await);
    let refused = sqlx::raw_sql("insert into u values (null)").execute(&mut source.connection().await).await.expect_err("no null");
    assert_eq!(refused.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(), Some("23502"));
    assert_eq!(columns(named(&tables, "u")), [("b".to_owned(), false)]);
    assert_eq!(named(&tables, "u")["columns"][0]["type"], "string", "the type at the end of the chain");
}

/// Columns that the user may not read, and keys over them.
#[tokio::test]
async fn columns_that_may_not_be_read() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let user = &source.user;
    source
        .admin_sql(&format!(
            "create table people (id int, name text, ssn text, primary key (ssn), unique (id)); grant select (id, name) on people to {user};
             create table whole (id int primary key, n text); grant select on whole to {user}; grant select (n) on whole to public;
             create table others (id int, hidden text); grant select (id) on others to public;
             create table refers (id int, ssn text references people); grant select on refers to {user}"
        ))
        .await;
    client.create(&source.body("x")).await.ok();
    let tables = cached(&setup, "x").await;
    for (table, wanted) in [("people", &["id", "name"][..]), ("whole", &["id", "n"]), ("others", &["id"])] {
        let found = columns(named(&tables, table));
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), wanted, "{table}");
        assert_eq!(found, told(&source, table).await, "{table}");
    }
    assert_eq!(named(&tables, "people").get("primaryKey"), None, "a key of what cannot be read");
    assert_eq!(named(&tables, "whole")["primaryKey"], json!(["id"]));
}

/// Partitions say what they are a part of, and do not use up the number of tables.
#[tokio::test]
async fn partitions() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_MAX_TABLES", "3")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    source.sql("create table events (at int, v int) partition by range (at); create table plain (id int); create table heir () inherits (plain)").await;
    for n in 0..9 {
        source.sql(&format!("create table part{n} partition of events for values from ({n}) to ({})", n + 1)).await;
    }
    source.sql("create table deep partition of events for values from (100) to (200) partition by range (v); create table deeper partition of deep default").await;
    client.create(&source.body("x")).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(super::summary(&setup, "x").await["partial"], json!([]));
    assert_eq!(tables.len(), 14);
    let rows = sqlx::raw_sql("select c.relname::text, p.relname::text from pg_inherits i join pg_class c on c.oid = inhrelid join pg_class p on p.oid = inhparent where c.relispartition")
        .fetch_all(&mut source.connection().await)
        .await
        .expect("rows");
    assert_eq!(rows.len(), 11);
    for row in rows {
        let (part, whole): (String, String) = (row.get(0), row.get(1));
        assert_eq!(named(&tables, &part)["partitionOf"], json!({"schema": "public", "table": whole}), "{part}");
    }
    assert!(tables.iter().filter(|t| t.get("partitionOf").is_some()).count() == 11, "an heir is no partition");
}
