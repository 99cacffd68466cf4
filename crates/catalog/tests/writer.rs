//! Caps, and what leaves a writer.

mod support;

use catalog::{Catalog, CatalogWriter, Column, Error, ForeignKey, Index, KeyKind, Limits, Note, NoteCode, Partial, Table};
use support::{C, read, table};
use tokio::sync::mpsc;

/// Threat R6: every cap cuts, says so, and leaves the rest sound.
#[tokio::test]
async fn r6_caps() {
    let base = Limits::default();
    for (limits, reason, tables, columns) in [
        (Limits { tables: 1, ..base }, Partial::Tables, 1, 3),
        (Limits { columns_per_table: 2, ..base }, Partial::ColumnsPerTable, 2, 4),
        (Limits { columns: 2, ..base }, Partial::Columns, 1, 2),
        (Limits { table_bytes: 200, ..base }, Partial::TableBytes, 2, 2),
        (Limits { catalog_bytes: 100, ..base }, Partial::CatalogBytes, 1, 3),
        (Limits { text_chars: 3, ..base }, Partial::Text, 2, 6),
    ] {
        let (sent, catalog) = read(limits, async |out| {
            for name in ["a", "b"] {
                let Some(mut writer) = out.table(table(name)) else { continue };
                for _ in 0..3 {
                    writer.column(C);
                }
                writer.finish(out).await.expect("sent");
            }
        })
        .await;
        assert!(catalog.partial.contains(&reason), "{reason}: {:?}", catalog.partial);
        assert_eq!((catalog.tables, catalog.columns), (tables, columns), "{reason}");
        assert_eq!(sent.len() as u64, tables, "{reason}");
        for table in sent {
            serde_json::from_str::<serde_json::Value>(&table.body).expect("JSON");
        }
    }
    let long = "n".repeat(1_025);
    let (sent, catalog) = read(base, async |out| {
        assert!(out.table(table(&long)).is_none());
        out.schema(long.as_str());
        let mut writer = out.table(table("a")).expect("begun");
        writer.column(Column { name: &long, ..C });
        writer.finish(out).await.expect("sent");
    })
    .await;
    let told: Vec<_> = catalog.notes.iter().map(|note| (note.code, note.object.as_str())).collect();
    assert_eq!(told, [(NoteCode::NameTooLong, &long[..1_024]); 3], "what was left out is told by the beginning of its name");
    assert_eq!((sent.len(), catalog.columns, catalog.partial), (1, 0, vec![Partial::Names]));
    assert_eq!(catalog.schemas.len(), 1, "that of the table");
}

/// Keys and indexes count against the bytes of a table, whatever their number.
#[tokio::test]
async fn r6_keys() {
    let limits = Limits { table_bytes: 300, ..Limits::default() };
    let (sent, catalog) = read(limits, async |out| {
        let mut writer = out.table(table("a")).expect("begun");
        for n in 0..100 {
            let name = format!("column{n}");
            writer.key(KeyKind::Unique, &[&name]);
            writer.index(&Index { name: &name, columns: vec![&name], unique: false });
        }
        let name = "x".repeat(301);
        writer.primary_key(&[&name]);
        writer.foreign_keys(vec![ForeignKey { columns: vec![&name], namespace: "s".into(), table: "t", references: vec!["x"] }]);
        writer.finish(out).await.expect("sent");
    })
    .await;
    assert_eq!(catalog.partial, [Partial::TableBytes]);
    let body: serde_json::Value = serde_json::from_str(&sent[0].body).expect("JSON");
    assert!(sent[0].body.len() < 2_000 && body["keys"].as_array().is_some_and(|keys| !keys.is_empty()));
    assert!(body.get("primaryKey").is_none() && body.get("foreignKeys").is_none(), "{body}");
}

/// A table that was not finished is not sent, not counted, and leaves no mark.
#[tokio::test]
async fn dropped_is_not_sent() {
    let limits = Limits { tables: 1, columns: 3, columns_per_table: 2, ..Limits::default() };
    let (sent, catalog) = read(limits, async |out| {
        let mut half = out.table(table("half")).expect("begun");
        for _ in 0..3 {
            half.column(C);
        }
        drop(half);
        let mut whole = out.table(table("whole")).expect("the one before takes no place");
        whole.column(C);
        whole.column(C);
        whole.finish(out).await.expect("sent");
    })
    .await;
    assert_eq!(sent.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["whole"]);
    assert_eq!((catalog.tables, catalog.columns, catalog.partial), (1, 2, vec![]));
}

/// A partitioned table counts once against the number of tables, and its parts are not without end.
#[tokio::test]
async fn partitions_count_once() {
    let limits = Limits { tables: 2, ..Limits::default() };
    let (sent, catalog) = read(limits, async |out| {
        let names: Vec<_> = (0..25).map(|n| format!("part{n}")).collect();
        for part in &names {
            if let Some(begun) = out.table(Table { partition_of: Some(("s".into(), "whole")), ..table(part) }) {
                begun.finish(out).await.expect("sent");
            }
        }
        for name in ["whole", "other", "third"] {
            if let Some(begun) = out.table(table(name)) {
                begun.finish(out).await.expect("sent");
            }
        }
    })
    .await;
    assert_eq!((sent.len(), catalog.tables, catalog.partial), (22, 22, vec![Partial::Tables]));
    assert!(sent[0].body.contains(r#","partitionOf":{"schema":"s","table":"whole"},"columns""#), "{}", sent[0].body);
}

/// Notes come with the summary: the first hundred, and how many there were.
#[tokio::test]
async fn notes_are_capped() {
    let (_, Catalog { notes, notes_total, .. }) = read(Limits::default(), async |out| {
        for n in 0..101 {
            out.note(Note { code: NoteCode::TableUnreadable, object: format!("s.t{n}"), text: "it cannot be read".into() });
        }
    })
    .await;
    assert_eq!((notes.len(), notes_total), (100, 101));
    assert_eq!(notes[99].object, "s.t99");
}

/// The receiver may be gone, or slower than the read may last.
#[tokio::test]
async fn a_table_that_nobody_takes() {
    let (out, mut tables) = mpsc::channel(1);
    let mut writer = CatalogWriter::new(out, std::time::Instant::now(), Limits::default());
    for (name, wanted) in [("first", Ok(())), ("second", Err(Error::Elapsed))] {
        let begun = writer.table(table(name)).expect("begun");
        assert_eq!(begun.finish(&mut writer).await, wanted, "{name}");
    }
    assert_eq!(tables.recv().await.expect("the first").name, "first");
    drop(tables);
    let begun = writer.table(table("third")).expect("begun");
    assert_eq!(begun.finish(&mut writer).await, Err(Error::Gone));
}
