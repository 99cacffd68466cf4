//! Tables by name: keys before columns.

mod support;

use catalog::{Limits, Namespace, Partial, Table, TablesByName};
use serde_json::{Value, json};
use support::{C, read, table};

fn bodies(tables: &[catalog::TableDefinition]) -> Vec<Value> {
    tables.iter().map(|table| serde_json::from_str(&table.body).expect("JSON")).collect()
}

/// Two catalogs with a schema of one name hold different tables; keys lead across, and not to what cannot be seen.
#[tokio::test]
async fn three_levels() {
    let (one, other) = (Namespace::of("a", "s"), Namespace::of("b", "s"));
    let (tables, catalog) = read(Limits::default(), async |out| {
        let mut index = TablesByName::new(out.hold());
        for namespace in [&one, &other] {
            index.schema(namespace.clone(), out);
            index.table(Table { namespace: namespace.clone(), ..table("t") });
        }
        index.table(Table { namespace: other.clone(), ..table("bare") });
        index.primary(one.clone(), "t", "id");
        index.foreign(one.clone(), "t", "fk", "id", (other.clone(), "t", "id"));
        index.foreign(one.clone(), "t", "hidden", "id", (Namespace::schema("s"), "t", "id"));
        for namespace in [&one, &other] {
            index.column(out, namespace.clone(), "t", C).await.expect("passed on");
        }
        index.column(out, "s", "t", C).await.expect("of no table");
        // A table that comes twice is taken once.
        index.column(out, one.clone(), "t", C).await.expect("passed over");
        index.finish(out).await.expect("finished");
    })
    .await;
    assert_eq!(catalog.schemas, [one, other]);
    assert_eq!((catalog.tables, catalog.columns, catalog.partial), (3, 2, vec![]));
    let bodies = bodies(&tables);
    assert_eq!(bodies[0]["primaryKey"], json!(["id"]));
    assert_eq!(
        bodies[0]["foreignKeys"],
        json!([{"columns": ["id"], "references": {"catalog": "b", "schema": "s", "table": "t", "columns": ["id"]}}])
    );
    assert_eq!((bodies[1].get("primaryKey"), &bodies[1]["catalog"]), (None, &json!("b")));
    assert_eq!((&bodies[2]["table"], &bodies[2]["columns"]), (&json!("bare"), &json!([])));
}

/// A read that breaks off in the middle of a table: what was whole is sent, the rest is not.
#[tokio::test]
async fn a_read_that_breaks_off() {
    let (tables, catalog) = read(Limits::default(), async |out| {
        let mut index = TablesByName::new(out.hold());
        for name in ["whole", "half", "never"] {
            index.table(table(name));
        }
        index.column(out, "s", "whole", C).await.expect("passed on");
        index.column(out, "s", "half", C).await.expect("passed on");
    })
    .await;
    assert_eq!(tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["whole"]);
    assert_eq!((catalog.tables, catalog.columns), (1, 1));
}

/// What is held beyond the budget of the job is left out and told; what one part gave back, another may take.
#[tokio::test]
async fn one_budget() {
    let limits = Limits { held_bytes: 8_192, ..Limits::default() };
    let (tables, catalog) = read(limits, async |out| {
        for namespace in ["a", "b"] {
            let mut index = TablesByName::new(out.hold());
            for name in ["1", "2", "3", "4", "5"] {
                index.table(Table { namespace: namespace.into(), ..table(name) });
            }
            index.finish(out).await.expect("finished");
        }
    })
    .await;
    assert_eq!((tables.len(), catalog.partial), (10, vec![]));
    let (tables, catalog) = read(limits, async |out| {
        let (held, mut index) = (out.hold(), TablesByName::new(out.hold()));
        assert!(held.takes(4_096));
        for name in ["1", "2", "3", "4", "5"] {
            index.table(table(name));
        }
        index.finish(out).await.expect("finished");
    })
    .await;
    assert_eq!((tables.len(), catalog.partial), (3, vec![Partial::CatalogBytes]));
}
