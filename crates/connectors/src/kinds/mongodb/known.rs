//! Fields that a collection had the last time: those that this sample misses stay, marked as unseen, so that it stays the same
//! collection whatever documents the sample met.

use catalog::KnownField;

use super::emit::{ELEMENT, VALUE};
use super::fields::{Field, Fields};
use super::types::declared;

/// Types in each other, more than any field has.
const DEPTH: usize = 40;

/// Takes fields as they were written, outer ones before inner ones.
pub(super) fn recall(known: &[KnownField], fields: &mut Fields) {
    for field in known {
        let path = if field.path.is_empty() { std::slice::from_ref(&field.name) } else { &field.path };
        let Some((name, around)) = path.split_last() else { continue };
        let outer = around.iter().fold(&mut fields.root, |outer, part| inner(outer, part));
        // Elements and values are no columns: the last part is always a name.
        let place = outer.inside.entry(name.clone()).or_default();
        place.known_nullable = Some(field.nullable);
        types(&field.native_type, place, 0);
    }
}

fn inner<'a>(outer: &'a mut Field, part: &str) -> &'a mut Field {
    // A field that is really called so was written before those in it.
    match part {
        ELEMENT if !outer.inside.contains_key(part) => outer.elements.get_or_insert_default(),
        VALUE if !outer.inside.contains_key(part) => outer.values.get_or_insert_default(),
        _ => outer.inside.entry(part.to_owned()).or_default(),
    }
}

/// Reads what [`super::emit`] writes: `int | string`, `array<int>`, `map<string, int>`.
fn types(native: &str, field: &mut Field, depth: usize) {
    if depth > DEPTH {
        return;
    }
    for one in alternatives(native) {
        let inner = |opening: &str| one.strip_prefix(opening).and_then(|rest| rest.strip_suffix('>'));
        if let Some(of) = inner("array<") {
            field.known.insert("array");
            types(of, field.elements.get_or_insert_default(), depth + 1);
        } else if let Some(of) = inner("map<string, ") {
            field.known.insert("object");
            types(of, field.values.get_or_insert_default(), depth + 1);
        } else {
            field.known.extend(declared(one).filter(|name| *name != "null"));
        }
    }
}

/// Splits at the bars that are in no brackets.
fn alternatives(native: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    native
        .split(move |sign| {
            match sign {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            sign == '|' && depth == 0
        })
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use catalog::{CatalogWriter, Limits, Table, TableDefinition, TableKind};
    use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};

    use super::super::emit;
    use super::*;

    async fn read(documents: &[Document], before: Option<&TableDefinition>) -> TableDefinition {
        let mut fields = Fields::default();
        if let Some(before) = before {
            let body: serde_json::Value = serde_json::from_str(&before.body).expect("a definition");
            recall(&serde_json::from_value::<Vec<KnownField>>(body["columns"].clone()).expect("columns"), &mut fields);
        }
        for document in documents {
            fields.add(&RawDocumentBuf::try_from(document).expect("a document"));
        }
        fields.settle();
        let (out, mut tables) = tokio::sync::mpsc::channel(1);
        let mut writer = CatalogWriter::new(out, Instant::now() + Duration::from_secs(5), Limits::default());
        let mut table = writer.table(Table::new("d", "c", TableKind::Table)).expect("room");
        emit::write(&fields, &mut table);
        table.finish(&mut writer).await.expect("sent");
        tables.recv().await.expect("a table")
    }

    fn everything() -> Document {
        let days: Document = (0..12).map(|n| (format!("2024-01-{n}"), Bson::from(doc! {"clicks": n, "by": [n]}))).collect();
        doc! {"_id": 1, "a": 1, "mixed": [1, "x"], "none": null, "deep": {"b": {"c": 1}, "[]": 1, "{}": {"x": 1}}, "empty": {}, "nothing": [],
        "items": [{"sku": "a", "sizes": [[1]]}, 7], "by_day": days, "a.b": true, "": 1.5}
    }

    /// Whatever later samples miss: the same definition, byte for byte.
    #[tokio::test]
    async fn what_is_missed_stays() {
        let first = read(&[everything(), doc! {"_id": 2}], None).await;
        for later in [
            vec![],
            vec![doc! {"_id": 2}],
            vec![doc! {"_id": 2, "items": [], "deep": null}, doc! {"_id": 3}],
            vec![everything(), doc! {"_id": 2}],
        ] {
            let second = read(&later, Some(&first)).await;
            assert_eq!(second.body, first.body, "{later:?}");
            let sample = second.sample.expect("a sample");
            assert_eq!((sample.rows, sample.fields.len()), (later.len() as u64, first.columns as usize));
            let seen = sample.fields.iter().filter(|field| field.seen.present > 0).count();
            assert_eq!(seen == sample.fields.len(), later.len() == 2 && later[0] == everything(), "{later:?}");
        }
    }

    /// What is seen again is what it is now; and a field that no document has may be missing.
    #[tokio::test]
    async fn what_is_seen_is_as_it_is_seen() {
        let first = read(&[doc! {"_id": 1, "a": 1, "b": 1}], None).await;
        let second = read(&[doc! {"_id": "x", "a": "x"}], Some(&first)).await;
        for (column, wanted) in [
            (r#"{"name":"_id","position":1,"nativeType":"string","type":"string","nullable":false}"#, true),
            (r#"{"name":"a","position":2,"nativeType":"string","type":"string","nullable":false}"#, true),
            (r#"{"name":"b","position":3,"nativeType":"int","type":"integer","nullable":true}"#, true),
        ] {
            assert_eq!(second.body.contains(column), wanted, "{}", second.body);
        }
        assert_eq!(read(&[], Some(&second)).await.body, second.body);
    }

    /// Threat R4: fields that come and go have an end, and those that are there go before those that were.
    #[tokio::test]
    async fn r4_fields_that_come_and_go() {
        let of = |from: i32| (from..from + 400).map(|n| (format!("f{n:04}x"), Bson::from(n))).collect::<Document>();
        let first = read(&[of(0)], None).await;
        let second = read(&[of(1_000)], Some(&first)).await;
        assert_eq!(second.columns, 500);
        let sample = second.sample.expect("a sample");
        assert_eq!(sample.fields.iter().filter(|field| field.seen.present == 1).count(), 400);
    }
}
