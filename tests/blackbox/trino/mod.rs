//! Trino: a third party's server over DuckDB, and a fake for pages, types and authentication, accepted by the official client.
//!
//! Peers: tls, ssh.

mod catalog;
mod failures;
mod rogue;

use serde_json::{Value, json};

use crate::fakes::trino::{Answer, Fake};

/// Credentials for a server on this machine.
fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "trino", "credentials": {"name": "x", "host": "localhost", "port": port, "catalog": "hive", "schema": "Sales",
        "username": "app", "password": ""}});
    crate::support::diagnose::with(&base, changes)
}

const TEXT: (&str, &str) = ("x", "varchar");

/// A catalog with a bit of everything.
fn catalog() -> Vec<(&'static str, Answer)> {
    let columns: Vec<Value> = [
        ("mv", "total", "decimal(38,2)", "YES", None, None),
        ("orders", "id", "bigint", "NO", None, Some("the key")),
        ("orders", "Odd \"name\"", "varchar(255)", "YES", Some("'x'"), None),
        ("orders", "at", "timestamp(3) with time zone", "YES", None, None),
        ("orders", "local", "timestamp(6)", "YES", None, None),
        ("orders", "tags", "array(varchar)", "YES", None, None),
        ("orders", "attributes", "map(varchar, array(bigint))", "YES", None, None),
        ("orders", "address", "row(street varchar, \"zip code\" varchar(10), geo row(x double, y double))", "YES", None, None),
        ("orders", "anonymous", "row(bigint, varchar)", "YES", None, None),
        ("orders", "raw", "varbinary", "YES", None, None),
        ("orders", "doc", "json", "YES", None, None),
        ("orders", "uid", "uuid", "YES", None, None),
        ("orders", "ip", "ipaddress", "YES", None, None),
        ("orders", "span", "interval day to second", "YES", None, None),
        ("orders", "sketch", "HyperLogLog", "YES", None, None),
        ("orders", "nothing", "unknown", "YES", None, None),
        ("odd.name", "a.b", "bigint", "YES", None, None),
        ("odd.name", "it's \"quoted\"", "bigint", "YES", None, None),
        ("v", "日本", "time(6) with time zone", "YES", None, None),
    ]
    .iter()
    .map(|(table, name, kind, nullable, default, comment)| json!(["sales", table, name, kind, nullable, default, comment]))
    .collect();
    vec![
        ("'judge'", Answer::Rows(&[("_col0", "varchar"), ("n", "bigint")], (0..5).map(|n| json!(["judge", n])).collect())),
        ("information_schema.schemata where schema_name = 'sales'", Answer::Rows(&[TEXT], vec![json!(["sales"])])),
        ("information_schema.schemata", Answer::Rows(&[TEXT], vec![])),
        ("system.metadata.table_comments", Answer::Rows(&[TEXT, TEXT], vec![json!(["orders", "all the orders"]), json!(["v", null])])),
        ("system.metadata.materialized_views", Answer::Rows(&[TEXT, TEXT], vec![json!(["mv", null])])),
        (
            "from information_schema.tables",
            Answer::Rows(
                &[TEXT, TEXT, TEXT],
                vec![
                    json!(["sales", "mv", "BASE TABLE"]),
                    json!(["sales", "orders", "BASE TABLE"]),
                    json!(["sales", "v", "VIEW"]),
                    json!(["sales", "odd.name", "BASE TABLE"]),
                    json!(["sales", "empty", "BASE TABLE"]),
                ],
            ),
        ),
        ("where 1 = 0", Answer::Rows(&[TEXT], vec![])),
        ("from information_schema.columns", Answer::Rows(&[TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT], columns)),
    ]
}

fn fake() -> Fake {
    Fake { answers: catalog(), ..Fake::default() }
}
