//! SQL Server: a third party's server over TLS, and a fake for keys, databases, routing and errors, accepted by two clients.
//!
//! Peers: tls, ssh.

mod catalog;
mod failures;
mod rogue;

use serde_json::{Value, json};

use crate::fakes::tds::{Answer, Fake, Kind};
use crate::fakes::tls::authority;

/// Credentials for a server on this machine.
fn body(port: u16, changes: &Value) -> Value {
    let base = json!({"datasourceType": "mssql", "credentials": {"name": "x", "server": "localhost", "port": port, "user": "app", "password": "pw",
        "database": "shop", "sslCa": authority()}});
    crate::support::diagnose::with(&base, changes)
}

const T: (&str, Kind) = ("t", Kind::Text);
const N: (&str, Kind) = ("n", Kind::Int);

const PROBE: &str = "serverproperty('productversion')";

fn probe(version: &str, edition: i64) -> (String, Answer) {
    (PROBE.to_owned(), Answer::Rows(&[T, N, T], vec![json!([version, edition, "shop"])]))
}

/// Answers of one database's catalog; `db` is what stands before `sys.`.
fn database(db: &str) -> Vec<(String, Answer)> {
    let column =
        |number: i64, name: &str, kind: &str, base: Option<&str>, user: i64, sizes: [i64; 3], flags: [i64; 4], texts: [Option<&str>; 2]| {
            let [length, precision, scale] = sizes;
            let [nullable, identity, computed, persisted] = flags;
            json!([number, name, kind, base, user, length, precision, scale, nullable, identity, computed, persisted, texts[0], texts[1]])
        };
    let none = [None, None];
    let columns = vec![
        column(10, "id", "int", Some("int"), 0, [4, 10, 0], [0, 1, 0, 0], none),
        column(10, "Code ]'\"", "nvarchar", Some("nvarchar"), 0, [100, 0, 0], [0, 0, 0, 0], [None, Some("(N'x')")]),
        column(10, "price", "decimal", Some("decimal"), 0, [9, 12, 2], [1, 0, 0, 0], none),
        column(10, "twice", "decimal", Some("decimal"), 0, [9, 13, 2], [1, 0, 1, 0], [Some("([price]*(2))"), None]),
        column(10, "kept", "decimal", Some("decimal"), 0, [9, 13, 2], [1, 0, 1, 1], [Some("([price]*(3))"), None]),
        column(10, "mail", "Email", Some("nvarchar"), 1, [640, 0, 0], [1, 0, 0, 0], none),
        column(10, "at", "datetimeoffset", Some("datetimeoffset"), 0, [10, 34, 7], [1, 0, 0, 0], none),
        column(10, "doc", "nvarchar", Some("nvarchar"), 0, [-1, 0, 0], [1, 0, 0, 0], none),
        column(10, "place", "geography", None, 0, [-1, 0, 0], [1, 0, 0, 0], none),
        column(10, "日本", "bit", Some("bit"), 0, [1, 1, 0], [1, 0, 0, 0], none),
        column(11, "order_id", "int", Some("int"), 0, [4, 10, 0], [0, 0, 0, 0], none),
        column(11, "line", "int", Some("int"), 0, [4, 10, 0], [0, 0, 0, 0], none),
        column(12, "id", "int", Some("int"), 0, [4, 10, 0], [0, 0, 0, 0], none),
        column(14, "a.b", "int", Some("int"), 0, [4, 10, 0], [1, 0, 0, 0], none),
        column(15, "of the other", "int", Some("int"), 0, [4, 10, 0], [1, 0, 0, 0], none),
        column(13, "raw", "varbinary", Some("varbinary"), 0, [-1, 0, 0], [1, 0, 0, 0], none),
        column(99, "of a synonym", "int", Some("int"), 0, [4, 10, 0], [1, 0, 0, 0], none),
    ];
    let own = |name: &str| format!("from {}{name}", db.to_lowercase());
    vec![
        (own("sys.schemas"), Answer::Rows(&[T], vec![json!(["dbo"]), json!(["Sales Dept"]), json!(["empty"])])),
        (
            own("sys.objects o"),
            Answer::Rows(
                &[N, T, T, T, N],
                vec![
                    json!([10, "dbo", "orders", "U ", 0]),
                    json!([11, "Sales Dept", "lines", "U ", 0]),
                    json!([12, "dbo", "v", "V ", null]),
                    json!([13, "dbo", "files", "U ", 1]),
                    json!([14, "dbo", "Dotted.[table]", "U ", 0]),
                    json!([15, "dbo", "ORDERS", "U ", 0]),
                ],
            ),
        ),
        (
            own("sys.extended_properties"),
            Answer::Rows(
                &[N, T, ("value", Kind::Max)],
                vec![json!([10, null, "first line\nsecond 🦀"]), json!([10, "price", "in euro"]), json!([99, null, "of something else"])],
            ),
        ),
        (own("sys.partitions"), Answer::Rows(&[N, ("rows", Kind::Big)], vec![json!([10, 5_000_000_000_i64]), json!([11, 7])])),
        (own("sys.indexes"), Answer::Rows(&[N, T], vec![json!([10, "id"]), json!([11, "order_id"]), json!([11, "line"])])),
        (
            own("sys.foreign_keys"),
            Answer::Rows(&[N, T, T, N, T], vec![json!([11, "fk", "order_id", 10, "id"]), json!([11, "gone", "line", 77, "id"])]),
        ),
        (own("sys.columns"), Answer::Rows(&[N, T, T, T, N, N, N, N, N, N, N, N, ("d", Kind::Max), ("d", Kind::Max)], columns)),
    ]
}

fn catalog() -> Vec<(String, Answer)> {
    let mut all = vec![
        (
            "'judge'".to_owned(),
            Answer::Rows(
                &[T, N, ("long", Kind::Max), ("big", Kind::Big)],
                vec![json!(["judge", 7, "é".repeat(9_000), 5_000_000_000_i64]), json!([null, null, null, null])],
            ),
        ),
        probe("16.0.4165.4", 3),
        ("select top 1 name from sys.objects".to_owned(), Answer::Rows(&[T], vec![json!(["orders"])])),
        ("from sys.databases".to_owned(), Answer::Rows(&[T], vec![json!(["shop"]), json!(["Odd ]db"]), json!(["locked"])])),
    ];
    all.extend(database(""));
    all
}

fn fake() -> Fake {
    Fake { answers: catalog(), ..Fake::default() }
}
