//! The canonical form, byte for byte. A change here changes the hash of every stored table: it is a migration, and another version.

mod support;

use std::collections::BTreeMap;

use catalog::{
    Column, DataType, FieldSample, ForeignKey, Generated, Index, KeyKind, Limits, Namespace, Sample, Seen, Table, TableDefinition,
    TableKind,
};
use support::{C, read, table};

const EVERYTHING: &str = concat!(
    r#"{"v":1,"catalog":"c \"1\"","schema":"s","table":"t\n","kind":"materialized_view","comment":"é🦀","partitionOf":{"catalog":"c","schema":"s","table":"whole"},"columns":["#,
    r#"{"name":"id","position":1,"nativeType":"bigint","type":"integer","nullable":false,"default":"1","generated":"identity"},"#,
    r#"{"name":"b","path":["a","x.y","b"],"position":2,"nativeType":"text","type":"string","nullable":true,"comment":"in a"}"#,
    r#"],"primaryKey":["id"],"foreignKeys":["#,
    r#"{"columns":["id"],"references":{"schema":"s","table":"u","columns":["x"]}},"#,
    r#"{"columns":["id"],"references":{"catalog":"d","schema":"s","table":"u","columns":["w"]}},"#,
    r#"{"columns":["id"],"references":{"catalog":"d","schema":"s","table":"u","columns":["x"]}}"#,
    r#"],"keys":[{"kind":"unique","columns":["a","id"]},{"kind":"sorting","columns":["a"]},{"kind":"partition","columns":["toDate(id)"]}"#,
    r#"],"indexes":[{"name":"i1","columns":["id"],"unique":true},{"name":"i2","columns":["lower(a)"],"unique":false}]}"#,
);

const MINIMAL: &str = r#"{"v":1,"schema":"s","table":"t","kind":"table","columns":[]}"#;

fn hexadecimal(hash: [u8; 32]) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

async fn one(work: impl FnOnce(&mut catalog::TableWriter), head: Table<'_>) -> TableDefinition {
    let (mut tables, _) = read(Limits::default(), async |out| {
        let mut table = out.table(head).expect("begun");
        work(&mut table);
        table.finish(out).await.expect("sent");
    })
    .await;
    tables.remove(0)
}

#[tokio::test]
async fn a_table_with_everything() {
    let head = Table {
        namespace: Namespace::of("c \"1\"", "s"),
        name: "t\n",
        kind: TableKind::MaterializedView,
        comment: Some("é🦀"),
        row_estimate: Some(9),
        partition_of: Some((Namespace::of("c", "s"), "whole")),
    };
    let field = Column {
        name: "b",
        path: &["a", "x.y", "b"],
        native_type: "text",
        data_type: DataType::String,
        nullable: true,
        default: None,
        generated: None,
        comment: Some("in a"),
    };
    let seen = Seen { present: 3, types: [(DataType::String, 2), (DataType::Integer, 1)].into() };
    let key = |namespace: Namespace<'static>, there| ForeignKey { columns: vec!["id"], namespace, table: "u", references: vec![there] };
    let definition = one(
        |table| {
            // In another order than the form has.
            table.index(&Index { name: "i2", columns: vec!["lower(a)"], unique: false });
            table.key(KeyKind::Partition, &["toDate(id)"]);
            table.key(KeyKind::Sorting, &["a"]);
            table.foreign_keys(vec![key(Namespace::of("d", "s"), "x"), key("s".into(), "x"), key(Namespace::of("d", "s"), "w")]);
            table.column(Column { generated: Some(Generated::Identity), ..C });
            table.sampled(4);
            table.sampled_column(field, seen.clone());
            table.key(KeyKind::Unique, &["a", "id"]);
            table.key(KeyKind::Primary, &["id"]);
            table.index(&Index { name: "i1", columns: vec!["id"], unique: true });
        },
        head,
    )
    .await;
    assert_eq!(definition.body, EVERYTHING);
    assert_eq!(hexadecimal(definition.hash), "7b987368bb59192b07074d63821207abc361474afc166547a26048d7e16ada1f");
    serde_json::from_str::<serde_json::Value>(&definition.body).expect("JSON");
    let (catalog, schema) = (definition.catalog.as_deref(), definition.schema.as_str());
    assert_eq!((catalog, schema, definition.name.as_str(), definition.columns), (Some("c \"1\""), "s", "t\n", 2));
    // What a sample showed goes along, and is not in the form.
    assert_eq!(definition.sample, Some(Sample { rows: 4, fields: vec![FieldSample { position: 2, seen }] }));
    let json = serde_json::to_string(&definition).expect("JSON");
    assert_eq!(serde_json::from_str::<TableDefinition>(&json).expect("a definition"), definition);
}

#[tokio::test]
async fn a_table_with_nothing() {
    let head = Table { kind: TableKind::Table, ..table("t") };
    let definition = one(|_| (), head).await;
    assert_eq!(definition.body, MINIMAL);
    assert_eq!(hexadecimal(definition.hash), "a0e0523d4cf41b6905ed346918316ea2a410cfd7ba7c9ec5b707b5cb60a7d770");
    assert_eq!((definition.catalog, definition.sample, definition.row_estimate), (None, None, Some(9)));
}

/// An estimate and a sample are no part of what a table is.
#[tokio::test]
async fn what_is_not_hashed() {
    let plain = one(|table| table.column(C), table("t")).await;
    let sampled = one(
        |table| {
            table.sampled(1_000);
            table.sampled_column(C, Seen { present: 7, types: BTreeMap::new() });
        },
        Table { row_estimate: None, ..table("t") },
    )
    .await;
    assert_eq!((plain.hash, plain.body), (sampled.hash, sampled.body));
}

/// The words are members of the form too.
#[test]
fn words() {
    let all = |words: &[&str]| words.join(" ");
    let of = |list: Vec<&'static str>| all(&list);
    assert_eq!(
        of(DataType::ALL.iter().map(|one| one.as_str()).collect()),
        "integer decimal float boolean string binary date time timestamp timestamp_tz interval uuid json enum range array map struct geometry other"
    );
    assert_eq!(
        of(TableKind::ALL.iter().map(|one| one.as_str()).collect()),
        "table view materialized_view foreign_table external_table distributed dictionary"
    );
    assert_eq!(of(Generated::ALL.iter().map(|one| one.as_str()).collect()), "identity stored virtual");
    assert_eq!(of(KeyKind::ALL.iter().map(|one| one.as_str()).collect()), "primary unique sorting partition clustering distribution");
}
