//! What every store must do with cached schemas.

use uuid::Uuid;

use super::staging_suite::is_clean;
use crate::suite::any::Any;
use crate::suite::make::{ALL, LATER, MOST, NOW, change, create, definition, entry, pairs, stage, tables, tenant};
use crate::{Catalog, Packed, Page, Replaced, StoreError, TableEntry, Tables, Tenant, Timestamp};

/// What an older version left of a datasource that never came goes; what a living one uses stays, however old, and so does what
/// waits in a staging area.
pub async fn sweep_spares_the_living(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["a"]).await;
    let lost = Uuid::new_v4();
    let [one, two] = [
        stage(&store, tenant, lost, &[definition("lost")]).await,
        stage(&store, tenant, uuid, &["a", "of a failed update"].map(definition)).await,
    ];
    store.sql("update definition set staged_at = 1000", &[]).await;
    assert_eq!(store.sweep(Timestamp(2_000)).await.expect("sweep"), 0, "somebody may be about to name them");
    // Older versions had no staging areas.
    store.sql("delete from staging", &[]).await;
    assert_eq!(store.sweep(Timestamp(1_000)).await.expect("sweep"), 0);
    assert_eq!(store.sweep(Timestamp(2_000)).await.expect("sweep"), 2);
    assert_eq!(store.sweep(Timestamp(2_000)).await.expect("sweep"), 0);
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["a"]));
    for lease in [one, two] {
        assert!(matches!(store.stage(tenant, lease, &[definition("late")], MOST, NOW).await, Err(StoreError::StagingLost)));
        assert_eq!(store.leave_staging(lease).await.expect("leave"), 0);
    }
}

/// Thousands of tables, with names that need quoting.
pub async fn a_wide_schema(store: Any) {
    let tenant = tenant(&store).await;
    let names: Vec<String> = (0..5_000).map(|n| format!("t{n:05} \"';")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let uuid = create(&store, tenant, "wide", &names).await;
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&names));
    let window = store.cached_tables(tenant, uuid, Tables::default(), Page { limit: 2, offset: 4_999 }).await.expect("window");
    assert_eq!(window.len(), 1);
}

/// Staged again, whole or in part, a definition is there once.
pub async fn staging_again(store: Any) {
    let tenant = tenant(&store).await;
    let lease = stage(&store, tenant, Uuid::new_v4(), &["a", "b"].map(definition)).await;
    store.stage(tenant, lease, &[], MOST, NOW).await.expect("nothing");
    store.stage(tenant, lease, &["b", "c"].map(definition), MOST, LATER).await.expect("stage again");
    assert_eq!(store.count("select count(*) from definition").await, 3);
    assert_eq!(store.count("select count(*) from definition where staged_at = 1800000001000").await, 2, "as young as the last time");
    assert_eq!(store.leave_staging(lease).await.expect("leave"), 3);
    is_clean(&store, 0).await;
}

/// Two schemas of two tables each.
fn two_schemas(second: &str, rows: i64) -> Catalog {
    let names = [("north", "a"), ("north", "b"), ("south", "c"), ("south", second)];
    let tables: Vec<TableEntry> = names.iter().map(|(schema, table)| entry(schema, table, &definition(table), rows)).collect();
    Catalog { staged: None, root: definition(&format!("north a b south c {second}")).hash, summary: "{}".into(), tables }
}

async fn changed(store: &Any, tenant: Tenant, uuid: Uuid, revision: i64, catalog: Catalog) {
    let done = store.change_datasource(tenant, uuid, revision, &change(None, Some(catalog)), LATER).await.expect("change");
    assert_eq!(done, Replaced::Done);
}

/// One changed table rewrites the tree of its schema; the other schema's is the same row as before.
pub async fn one_changed_table_rewrites_one_tree(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &[]).await;
    let staged = Some(stage(&store, tenant, uuid, &["a", "b", "c", "d"].map(definition)).await);
    let trees = async || {
        let rows = store.sql("select schema_name, tree from snapshot_schema order by schema_name", &[]).await;
        rows.iter().map(|row| (row.text(0).expect("a name"), row.uuid(1).expect("a tree"))).collect::<Vec<_>>()
    };
    changed(&store, tenant, uuid, 1, Catalog { staged, ..two_schemas("d", 1) }).await;
    let before = trees().await;
    assert_eq!(before.iter().map(|(schema, _)| schema.as_str()).collect::<Vec<_>>(), ["north", "south"]);
    let staged = Some(stage(&store, tenant, uuid, &[definition("e")]).await);
    changed(&store, tenant, uuid, 2, Catalog { staged, ..two_schemas("e", 2) }).await;
    let after = trees().await;
    assert_eq!(after[0], before[0]);
    assert_ne!(after[1], before[1]);
    // Nothing of the tree that went is left, nor of the definition that went with it.
    for (sql, rows) in [
        ("select count(*) from snapshot", 1),
        ("select count(*) from schema_tree", 2),
        ("select count(*) from tree_entry", 4),
        ("select count(*) from definition", 4),
    ] {
        assert_eq!(store.count(sql).await, rows, "{sql}");
    }
    let all = store.cached_tables(tenant, uuid, Tables::default(), ALL).await.expect("tables");
    let seen: Vec<_> = all.iter().map(|(entry, body)| (entry.schema.as_str(), body.as_str(), entry.row_estimate)).collect();
    assert_eq!(
        seen,
        [("north", "a", Some(2)), ("north", "b", Some(2)), ("south", "c", Some(2)), ("south", "e", Some(2))],
        "estimates of both"
    );
    assert_eq!(store.definition_hashes(tenant, uuid).await.expect("hashes").len(), 4);
    let south = Tables { schema: Some("south"), table: None };
    assert_eq!(store.cached_tables(tenant, uuid, south, Page { limit: 1, offset: 1 }).await.expect("one")[0].0.table, "e");
}

/// A schema that did not change costs its times and the row estimates that did; snapshot and trees stay.
pub async fn a_root_that_is_the_same_writes_estimates_alone(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &[]).await;
    let staged = Some(stage(&store, tenant, uuid, &["a", "b", "c", "d"].map(definition)).await);
    changed(&store, tenant, uuid, 1, Catalog { staged, ..two_schemas("d", 1) }).await;
    let written = async || {
        let rows = store.sql("select id, created_at from snapshot", &[]).await;
        let trees = store.sql("select id from schema_tree order by id", &[]).await;
        let trees: Vec<_> = trees.iter().map(|row| row.uuid(0).expect("a tree")).collect();
        (rows.len(), rows[0].uuid(0).expect("a snapshot"), rows[0].big(1).expect("a time"), trees)
    };
    let before = written().await;
    let mut again = two_schemas("d", 1);
    again.tables[1].row_estimate = Some(5_000_000_000);
    again.tables[2].row_estimate = None;
    changed(&store, tenant, uuid, 2, again).await;
    assert_eq!(written().await, before);
    let all = store.cached_tables(tenant, uuid, Tables::default(), ALL).await.expect("tables");
    assert_eq!(all.iter().map(|(entry, _)| entry.row_estimate).collect::<Vec<_>>(), [Some(1), Some(5_000_000_000), None, Some(1)]);
    assert_eq!(store.datasource(tenant, "d").await.expect("look-up").expect("there").synced_at, Some(LATER));
}

/// A sample is kept beside its table: the next one takes its place, and the table stays the same row of the same tree.
pub async fn samples_follow_every_sync(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &[]).await;
    let staged = Some(stage(&store, tenant, uuid, &["a", "b", "c", "d"].map(definition)).await);
    let sampled = |samples: [Option<&str>; 4]| {
        let mut catalog = two_schemas("d", 1);
        for (table, sample) in catalog.tables.iter_mut().zip(samples) {
            table.sample = sample.map(|text| Packed::new(text).expect("packs"));
        }
        catalog
    };
    let long = "x".repeat(10_000);
    let kept = async || {
        let all = store.cached_tables(tenant, uuid, Tables::default(), ALL).await.expect("tables");
        all.into_iter().map(|(entry, _)| entry.sample.map(|sample| sample.text().expect("a text"))).collect::<Vec<_>>()
    };
    for (revision, samples) in [
        [Some("one"), None, Some(long.as_str()), None],
        [Some("two"), None, Some(long.as_str()), Some("late")],
        [Some("two"), Some("\u{fc}\0"), Some("short"), Some("late")],
    ]
    .into_iter()
    .enumerate()
    {
        let staged = staged.filter(|_| revision == 0);
        let catalog = Catalog { staged, ..sampled(samples) };
        changed(&store, tenant, uuid, 1 + i64::try_from(revision).expect("small"), catalog).await;
        assert_eq!(kept().await, samples.map(|sample| sample.map(str::to_owned)));
        assert_eq!(store.count("select count(*) from tree_entry").await, 4);
    }
    // Another schema changes the root: the tree that stays has its samples, too.
    let staged = Some(stage(&store, tenant, uuid, &[definition("e")]).await);
    let mut other = Catalog { staged, ..two_schemas("e", 1) };
    other.tables[0].sample = Some(Packed::new("three").expect("packs"));
    changed(&store, tenant, uuid, 4, other).await;
    assert_eq!(kept().await[0].as_deref(), Some("three"));
}

/// One definition, by its whole name and for its owner alone.
pub async fn one_definition(store: Any) {
    let (ours, theirs) = (tenant(&store).await, tenant(&store).await);
    let uuid = create(&store, ours, "d", &["a", "b"]).await;
    for (tenant, uuid, schema, table, wanted) in [
        (ours, uuid, "public", "b", Some("b")),
        (ours, uuid, "public", "c", None),
        (ours, uuid, "other", "b", None),
        (ours, Uuid::new_v4(), "public", "b", None),
        (theirs, uuid, "public", "b", None),
    ] {
        let found = store.cached_definition(tenant, uuid, schema, table).await.expect("look-up");
        assert_eq!(found.as_deref(), wanted, "{schema}.{table}");
    }
}
