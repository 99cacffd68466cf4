//! Databricks: a third party's workspace over DuckDB, and a fake for paging, permissions, a warehouse that wakes and
//! `hive_metastore`, accepted by the official SDK.
//!
//! Peers: minilake, tls.

mod catalog;
mod failures;
mod rogue;

use serde_json::{Value, json};

use crate::fakes::databricks::{Fake, TOKEN, WAREHOUSE};
use crate::fakes::tls::authority;

/// Credentials for a workspace on this machine.
fn body(port: u16, changes: &Value) -> Value {
    let path = format!("/sql/1.0/warehouses/{WAREHOUSE}");
    let base = json!({"datasourceType": "databricks",
        "credentials": {"name": "x", "host": "localhost", "port": port, "path": path, "token": TOKEN, "sslCa": authority()}});
    crate::support::diagnose::with(&base, changes)
}

fn column(position: i64, name: &str, type_text: &str, nullable: bool) -> Value {
    json!({"name": name, "type_text": type_text, "type_name": "STRING", "position": position, "nullable": nullable})
}

/// A workspace with a bit of everything.
fn fake() -> Fake {
    let keys = json!([
        {"primary_key_constraint": {"name": "pk", "child_columns": ["id"]}},
        {"foreign_key_constraint": {"name": "fk", "child_columns": ["customer"], "parent_table": "main.sales.customers", "parent_columns": ["id"]}},
    ]);
    let mut orders = json!({"name": "orders", "table_type": "MANAGED", "comment": "all the orders", "table_constraints": keys, "columns": [
        column(2, "day", "date", true), column(0, "id", "bigint", false), column(1, "customer", "bigint", true),
        column(3, "address", "struct<street:string,geo:struct<x:double,y:double>>", true), column(4, "at", "timestamp", true),
        column(5, "local", "timestamp_ntz", true), column(6, "Odd \"name\"", "varchar(10)", true), column(7, "doc", "variant", true),
        column(8, "tags", "array<string>", true), column(9, "amount", "decimal(38,18)", true), column(10, "span", "interval day to second", true),
    ]});
    orders["columns"][0]["partition_index"] = json!(0);
    orders["columns"][1]["comment"] = json!("the key");
    let simple = |name: &str, kind: &str| json!({"name": name, "table_type": kind, "columns": [column(0, "id", "bigint", false)]});
    let sales = vec![
        orders,
        simple("customers", "EXTERNAL"),
        simple("v", "VIEW"),
        simple("mv", "MATERIALIZED_VIEW"),
        simple("stream", "STREAMING_TABLE"),
        simple("remote", "FOREIGN"),
        json!({"name": "browsed only", "table_type": "MANAGED"}),
    ];
    let main = vec![
        ("sales".to_owned(), Some(sales)),
        ("information_schema".to_owned(), Some(vec![simple("tables", "VIEW")])),
        ("hidden".to_owned(), None),
        ("empty".to_owned(), Some(vec![])),
        ("名前 & co".to_owned(), Some(vec![simple("it's", "MANAGED")])),
    ];
    Fake {
        catalogs: vec![
            ("main", Some(main)),
            ("system", Some(vec![("billing".to_owned(), Some(vec![simple("usage", "VIEW")]))])),
            ("forbidden", None),
            ("other", Some(vec![("s".to_owned(), Some(vec![simple("t", "MANAGED")]))])),
        ],
        ..Fake::default()
    }
}

/// A `hive_metastore` beside it.
fn with_hive(fake: Fake) -> Fake {
    let information = "Catalog: hive_metastore\nDatabase: old\nTable: t\nType: EXTERNAL\nProvider: delta\nComment: from before\n\
        Schema: root\n |-- id: long (nullable = false)\n |-- list: array (nullable = true)\n |    |-- element: string (containsNull = true)\n\
        |-- a: b: decimal(10,2) (nullable = true)\n"
        .replace("\n|--", "\n |--");
    let view = "Type: VIEW\nView Text: select 1\nSchema: root\n |-- one: integer (nullable = false)\n";
    let answers = vec![
        ("SHOW SCHEMAS IN hive_metastore", Ok(vec![json!(["default"]), json!(["old"]), json!(["broken"])])),
        (
            "IN hive_metastore.`old`",
            Ok(vec![json!(["old", "t", "false", information]), json!(["old", "v", "false", view]), json!(["", "tmp", "true", view])]),
        ),
        ("IN hive_metastore.`default`", Ok(vec![])),
        ("IN hive_metastore.`broken`", Err("BAD_REQUEST")),
    ];
    Fake { answers: [fake.answers, answers].concat(), ..fake }
}
