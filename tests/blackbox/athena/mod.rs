//! Athena: a third party's emulator, and a fake for pages, refusals and signatures that the official client accepts.

mod catalog;
mod failures;
mod rogue;

use serde_json::{Value, json};

use crate::fakes::athena::{Fake, KEY};
use crate::support::diagnose::with;

/// Credentials for a server on this machine.
fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "athena", "credentials": {"name": "x", "database": "sales", "s3OutputBucket": "results/headwater",
        "accessKeyId": KEY.0, "region": "eu-west-1", "secretAccessKey": KEY.1, "endpoint": format!("http://127.0.0.1:{port}")}});
    with(&base, changes)
}

fn column(name: &str, kind: &str) -> Value {
    json!({"Name": name, "Type": kind})
}

/// A database with a bit of everything.
fn tables() -> Vec<Value> {
    vec![
        json!({"Name": "events", "TableType": "EXTERNAL_TABLE", "Parameters": {"comment": "all events", "recordCount": "42"},
            "Columns": [
                {"Name": "id", "Type": "bigint", "Comment": "the key"},
                column("amount", "decimal(38,2)"), column("tags", "array<string>"), column("attributes", "map<string,array<int>>"),
                column("address", "struct<street:string,geo:struct<x:double>>"), column("at", "timestamp"), column("raw", "binary"),
                column("odd", "uniontype<int,string>"), {"Name": "untyped"}],
            "PartitionKeys": [column("year", "int"), column("day", "date")]}),
        json!({"Name": "odd.name \"x\" 日本", "TableType": "EXTERNAL_TABLE", "Columns": [column("a.b", "int"), column("it's \"quoted\"", "string")]}),
        json!({"Name": "v", "TableType": "VIRTUAL_VIEW", "Columns": [column("total", "row(a integer)"), column("when", "timestamp(3) with time zone")]}),
        json!({"Name": "empty", "TableType": "MANAGED_TABLE"}),
    ]
}

fn fake() -> Fake {
    Fake { tables: tables(), ..Fake::default() }
}
