//! Everything that ClickHouse's catalog can hold, in 2018 and today.
//!
//! Peers: clickhouse-tls.

use serde_json::{Value, json};

use crate::fakes::tls::authority;
use crate::postgres::ssh::tunnel;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::clickhouse::ClickHouse;
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::proxy::Proxy;

const OLD: &[&str] = &[
    r"create table $.types (a UInt8, b Int64, c Float32, d Decimal(10, 2), e String, f FixedString(3), g Nullable(String), h Date, i DateTime('Europe/Berlin'),
        j Enum8('a\'b' = 1, 'c\\d),(' = 2), k Array(Nullable(Int32)), l Tuple(Int8, String), m UUID, n Nested(x Int8, y String), o AggregateFunction(sum, UInt64),
        p UInt64 default 1 + 1, q UInt64 materialized a + 1, r UInt64 alias a + 2) engine = MergeTree order by (a, b)",
    "create table $.`odd ``\"name` (`a b` Int8, `c.d` Int8, `日本` Int8, `tab\tx` Int8) engine = Log",
    "create table $.by_expression (at DateTime, id Int8) engine = MergeTree order by (toDate(at), id)",
    "create table $.T (upper_case Int8) engine = Log",
    "create table $.t (lower_case Int8) engine = Log",
    "create view $.v as select a, e from $.types",
    "create materialized view $.mv engine = MergeTree order by a as select a, b from $.types",
    "create table $.spread as $.types engine = Distributed('itself', $, types)",
    "create table $.files (a Int8) engine = File(CSV)",
    "create table $.buffered as $.types engine = Buffer($, types, 1, 10, 100, 10, 100, 10000, 100000)",
];

const CURRENT: &[&str] = &[
    r"create table $.types (a UInt8 comment 'the \'first\'', b Int256, c BFloat16, d Decimal(10, 2), e String, f FixedString(3), g LowCardinality(Nullable(String)), h Date32,
        i DateTime64(3, 'UTC'), j Enum8('a\'b' = 1, 'c\\d),(' = 2), k Array(Nullable(Int32)), l Tuple(`a b` Int8, s String), m UUID, n Nested(x Int8, y String),
        o AggregateFunction(sum, UInt64), p SimpleAggregateFunction(sum, UInt64), q Map(String, Array(UInt64)), r JSON(a.b UInt32, SKIP c), s Dynamic, t Variant(String, UInt64),
        u Bool, v IPv4, w Point, x Time64(3), y UInt64 default 1 + 1, z UInt64 materialized a + 1, aa UInt64 alias a + 2, ab UInt8 ephemeral)
        engine = MergeTree order by (a, e) comment 'of all types'",
    "create table $.`odd ``\"name` (`a b` Int8, `c.d` Int8, `日本` Int8, `tab\tx` Int8) engine = Log",
    "create view $.v as select a, e from $.types",
    "create materialized view $.mv engine = MergeTree order by a as select a, e from $.types",
    "create dictionary $.d (id UInt64, name String default 'x') primary key id source(null()) layout(flat()) lifetime(0)",
    "create table $.files (a Int8) engine = File(CSV)",
    "create table $.away (a Int8) engine = URL('http://127.0.0.1:1/x', CSV)",
];

/// The tables of the test's own database: others make theirs at the same time.
async fn own(setup: &Setup, source: &ClickHouse) -> Vec<Value> {
    let mut tables = cached(setup, "x").await;
    // The server's own databases are nobody's.
    assert!(!tables.iter().any(|t| ["system", "information_schema", "INFORMATION_SCHEMA"].iter().any(|own| t["schema"] == *own)));
    tables.retain(|table| table["schema"] == json!(source.database));
    tables
}

fn shown(tables: &[Value], source: &ClickHouse) -> String {
    serde_json::to_string_pretty(tables).expect("JSON").replace(&source.database, "shop")
}

#[tokio::test]
async fn everything_of_2018() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = ClickHouse::old().await;
    source.sql(OLD).await;
    client.create(&source.body("x")).await.ok();
    let tables = own(&setup, &source).await;
    insta::assert_snapshot!("of_2018", shown(&tables, &source));
    assert_eq!(named(&tables, "spread")["kind"], json!("distributed"));
    assert_eq!(named(&tables, "types")["primaryKey"], json!(["a", "b"]));
    assert_eq!(named(&tables, "by_expression")["primaryKey"], Value::Null);
    assert!(columns(named(&tables, "types")).contains(&"k: Array(Nullable(Int32)) → array".to_owned()));
    let data = diagnose(&client, &source.body("x")).await;
    assert_eq!(data["server"], json!({"product": "ClickHouse", "version": data["server"]["version"]}));
    assert!(data["server"]["version"].as_str().expect("version").starts_with("18.16"), "{data}");
}

#[tokio::test]
async fn everything_of_today() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = ClickHouse::current().await;
    source.sql(CURRENT).await;
    client.create(&source.body("x")).await.ok();
    let tables = own(&setup, &source).await;
    insta::assert_snapshot!("of_today", shown(&tables, &source));
    assert_eq!(named(&tables, "d")["kind"], json!("dictionary"));
    assert_eq!(named(&tables, "mv")["kind"], json!("materialized_view"));
    assert_eq!(named(&tables, "types")["comment"], json!("of all types"));
    let cached = columns(named(&tables, "types"));
    assert!(cached.contains(&"g: LowCardinality(Nullable(String)) → string".to_owned()));
    assert!(!cached.iter().any(|c| c.starts_with("ab:")), "an ephemeral column cannot be read");
    let data = diagnose(&client, &source.body("x")).await;
    assert!(data["server"]["version"].as_str().expect("version").starts_with("26."), "{data}");
}

/// A user who may change no setting, no database given, no password, a name with a colon; TLS by scheme, by mode; a tunnel.
#[tokio::test]
async fn ways_to_connect() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = ClickHouse::old().await;
    source.sql(&["create table $.t (a Int8) engine = Log"]).await;
    let (ca, tls_port) = (authority(), variable("HEADWATER_TEST_CLICKHOUSE_TLS_PORT").parse::<u16>().expect("port"));
    for changes in [
        json!({"username": "reader"}),
        json!({"username": "default", "password": ""}),
        json!({"host": "http://localhost/"}),
        json!({"host": "https://localhost", "port": tls_port, "sslCa": ca}),
        json!({"host": "localhost", "sslMode": true, "port": tls_port, "sslCa": ca}),
        json!({"host": "https://127.0.0.1", "port": tls_port, "sslCa": ca, "sslVerify": "ca"}),
        tunnel(&json!({"host": "https://localhost", "port": tls_port, "sslCa": ca})),
        // A certificate that cannot even be read, where nothing is verified.
        json!({"sslMode": true, "port": variable("HEADWATER_TEST_VERSION1_PORT"), "sslVerify": "none"}),
        tunnel(&json!({})),
    ] {
        let data = diagnose(&client, &with(&source.body("x"), &changes)).await;
        assert_eq!(data["success"], true, "{changes}: {data}");
    }
    let mut body = source.body("x");
    body["credentials"].as_object_mut().expect("object").remove("database");
    client.create(&body).await.ok();
    assert_eq!(columns(named(&own(&setup, &source).await, "t")), ["a: Int8 → integer"], "all visible databases are read");
    client.sync_name("x").await.ok();
}

/// Two thousand tables take as many requests as two.
#[tokio::test]
async fn requests_do_not_grow_with_tables() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (mut counts, source) = (Vec::new(), ClickHouse::old().await);
    for tables in [2, 2_000] {
        for n in 0..tables {
            source
                .ask(&format!("create table if not exists {}.t{n} (id UInt64, n Nullable(String)) engine = Memory", source.database))
                .await;
        }
        let proxy = Proxy::start(source.port).await;
        let name = format!("x{tables}");
        client.create(&with(&source.body(&name), &json!({"port": proxy.port}))).await.ok();
        assert!(summary(&setup, &name).await["tables"].as_u64().expect("a number") >= tables);
        counts.push(proxy.count(b"POST /"));
    }
    assert_eq!(counts, [7, 7]);
    source.sql(&["drop database $"]).await;
}

/// Threat R6: caps mark the cache partial and keep the rest.
#[tokio::test]
async fn r6_caps_are_told() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_MAX_TABLES", "3")]);
    let client = server.client(&setup.token("acme"));
    let source = ClickHouse::old().await;
    for n in 0..5 {
        source.ask(&format!("create table {}.t{n} (a Int8) engine = Log", source.database)).await;
    }
    client.create(&source.body("x")).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!(summary["tables"], 3);
    assert!(summary["partial"].as_array().expect("reasons").contains(&json!("tables")), "{summary}");
}
