//! What becomes of files: tables, names, columns.

use std::io::Write;

use serde_json::json;

use super::{body, kept, upload};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::process::BOTH_STORES;

#[tokio::test]
async fn files_are_tables() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        client.create(&body()).await.ok();
        assert_eq!(summary(&setup, "x").await, json!({"schemas": ["default"], "tables": 0, "columns": 0, "partial": []}));
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(b"{\"id\": 1, \"tags\": [\"a\"]}\n{\"id\": 2.5}\n").expect("packed");
        let packed = packed.finish().expect("packed");
        let files: [(&str, &[u8]); 4] = [
            ("a/orders.csv", b"id;amount;at\n1;2,5;2026-01-02\n2;3,5;2026-01-03\n"),
            ("orders.CSV", b"id,name\n1,a\n2,b\n"),
            ("odd \"x\" é.v2.ndjson.gz", &packed),
            ("large.csv", &large()),
        ];
        let answer = upload(&client, &files).await.ok();
        assert_eq!(answer["name"], "x");
        assert_eq!(answer["tables"], json!(["large", "odd \"x\" é.v2", "orders", "orders_2"]));
        assert_eq!(answer["warnings"].as_array().map(Vec::len), Some(1), "{answer}");
        assert_eq!((&answer["warnings"][0]["code"], &answer["warnings"][0]["object"]), (&json!("FILE_READ"), &json!("large.csv")));
        let tables = cached(&setup, "x").await;
        assert_eq!(columns(named(&tables, "orders_2")), ["id: integer → integer", "name: string → string"]);
        assert_eq!(columns(named(&tables, "large")), ["id: integer → integer", "name: string → string"]);
        assert_eq!(named(&tables, "orders")["schema"], "default");
        assert_eq!(columns(named(&tables, "odd \"x\" é.v2"))[0], "id: float → float");
    }
}

/// Files as others write them, under names that say something else.
#[tokio::test]
async fn formats_by_their_content() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    client.create(&body()).await.ok();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/connectors/tests/fixtures/files");
    let made: Vec<(String, Vec<u8>)> =
        ["types.parquet", "types.avro", "types.orc", "zlib.orc", "snappy.orc", "zstd.orc", "book.xlsx", "books.xlsx", "far.xlsx"]
            .iter()
            .map(|name| (format!("{}.csv", name.replace('.', "-")), std::fs::read(folder.join(name)).expect("a fixture")))
            .collect();
    let files: Vec<(&str, &[u8])> = made.iter().map(|(name, bytes)| (name.as_str(), &**bytes)).collect();
    let answer = upload(&client, &files).await.ok();
    insta::assert_snapshot!(
        "formats",
        serde_json::to_string_pretty(&json!({"answer": answer, "tables": cached(&setup, "x").await})).expect("json")
    );
    assert_eq!(kept(&setup), made.len());
    client.sync_name("x").await.ok();
    assert_eq!(cached(&setup, "x").await.len(), answer["tables"].as_array().map_or(0, Vec::len));

    // One filled sheet is the workbook; of several each is a table, and none is called as another file's.
    let answer = upload(&client, &[("types-avro.csv", b"a\n1\n"), ("books-xlsx.csv.gz", b"a\n1\n"), ("book.xlsx", &made[6].1)]).await.ok();
    let tables: Vec<_> = answer["tables"].as_array().expect("tables").iter().filter_map(|name| name.as_str()).collect();
    assert!(tables.contains(&"book") && tables.contains(&"book-xlsx"), "{tables:?}");
    let sheets: Vec<_> = tables.iter().filter_map(|name| name.strip_prefix("books-xlsx.")).collect();
    assert!(sheets.len() > 1, "{tables:?}");
    let rival = format!("books-xlsx.{}.csv", sheets[0]);
    let answer = upload(&client, &[(&rival, b"rival\n1\n")]).await.ok();
    assert!(answer["tables"].as_array().is_some_and(|all| all.contains(&json!(format!("books-xlsx.{}_2", sheets[0])))), "{answer}");
    assert_eq!(columns(named(&cached(&setup, "x").await, &format!("books-xlsx.{}", sheets[0]))), ["rival: integer → integer"]);
    assert_eq!(columns(named(&cached(&setup, "x").await, "types-avro")), ["a: integer → integer"], "a file of another format replaces");
}

/// More than is read whole.
fn large() -> Vec<u8> {
    let mut text = b"id,name\n".to_vec();
    for n in 0..700_000 {
        writeln!(text, "{n},name {n}").expect("written");
    }
    assert!(text.len() > 9 << 20);
    text
}
