//! What every store must do with datasources.

use crate::suite::any::Any;
use crate::suite::make::{ALL, LATER, NOW, catalog, change, create, credentials, new, pairs, tables, tenant};
use crate::{Catalog, Change, Lifecycle, NewDatasource, Page, Replaced, StoreError, Tables, Tenancy, TenancyLevel, Timestamp};

/// Names are compared byte for byte, and anything is a name.
pub async fn names_are_bytes(store: Any) {
    let tenant = tenant(&store).await;
    let long = "ä".repeat(255);
    let names = [
        "a",
        "A",
        "a ",
        "é",
        "e\u{301}",
        "..",
        "../a",
        "a/b",
        "a%2fb",
        "';--",
        "\"q\"",
        "名前",
        "\u{202e}x",
        "%",
        "_",
        "\\",
        long.as_str(),
    ];
    for name in names {
        create(&store, tenant, name, &[]).await;
        let again = new(&store, tenant, name, &[]).await;
        assert!(matches!(store.create_datasource(tenant, &again, NOW).await, Err(StoreError::NameTaken)), "{name}");
    }
    assert_eq!(store.datasource_names(tenant, None).await.expect("list"), names);
    for name in names {
        assert_eq!(store.datasource(tenant, name).await.expect("look-up").expect("there").name, name);
        assert!(store.datasource_exists(tenant, name).await.expect("look-up"));
    }
    assert!(!store.datasource_exists(tenant, "aa").await.expect("look-up"));
}

/// Lists go by creation; a page past the end is empty.
pub async fn pages(store: Any) {
    let tenant = tenant(&store).await;
    let names: Vec<_> = (0..23).rev().map(|n| format!("n{n}")).collect();
    for name in &names {
        create(&store, tenant, name, &[]).await;
    }
    for (offset, range) in [(0, 0..10), (10, 10..20), (20, 20..23), (30, 23..23)] {
        let page = store.datasource_names(tenant, Some(Page { limit: 10, offset })).await.expect("page");
        assert_eq!(page, names[range]);
    }
}

/// Of many writers of one name one wins, and nothing of the others stays.
pub async fn one_of_many_writers_wins(store: Any) {
    let tenant = tenant(&store).await;
    let mut writers = Vec::new();
    for n in 0..8 {
        let new = new(&store, tenant, "same", &[&format!("t{n}")]).await;
        let store = store.clone();
        writers.push(tokio::spawn(async move { (new.uuid, store.create_datasource(tenant, &new, NOW).await) }));
    }
    let mut winners = Vec::new();
    for writer in writers {
        match writer.await.expect("joined") {
            (uuid, Ok(())) => winners.push(uuid),
            (_, Err(StoreError::NameTaken)) => {}
            (_, Err(error)) => panic!("{error}"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(store.datasource(tenant, "same").await.expect("look-up").expect("there").uuid, winners[0]);
    assert_eq!(tables(&store, tenant, winners[0]).await.len(), 1);
}

/// An update replaces credentials and schema together; a sync leaves the credentials; an unchanged one leaves the schema.
pub async fn a_change_is_whole(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["a", "b"]).await;
    let next = catalog(&store, tenant, uuid, &["b", "c"]).await;
    let done = store.change_datasource(tenant, uuid, 1, &change(Some(b"new"), Some(next.clone())), LATER).await.expect("change");
    assert_eq!(done, Replaced::Done);
    let row = store.datasource_by_uuid(tenant, uuid).await.expect("look-up").expect("there");
    assert_eq!((row.revision, row.sealed.as_slice(), row.root), (2, &b"new"[..], Some(next.root)));
    assert_eq!(row.server.map(|server| server.version).as_deref(), Some("16"));
    assert_eq!((row.created_at, row.updated_at, row.tested_at, row.synced_at), (NOW, LATER, Some(LATER), Some(LATER)));
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["b", "c"]));
    assert_eq!(store.definition_hashes(tenant, uuid).await.expect("hashes").len(), 2);
    let third = Timestamp(LATER.0 + 1);
    store.note_sync_failure(tenant, uuid, 1, "an older one").await.expect("note");
    assert_eq!(store.datasource(tenant, "d").await.expect("look-up").expect("there").sync_error, None);
    store.note_sync_failure(tenant, uuid, 2, "no route").await.expect("note");
    assert_eq!(store.datasource(tenant, "d").await.expect("look-up").expect("there").sync_error.as_deref(), Some("no route"));
    let again = Catalog { staged: None, ..next };
    assert_eq!(store.change_datasource(tenant, uuid, 2, &change(None, Some(again)), third).await.expect("sync"), Replaced::Done);
    let row = store.datasource_by_uuid(tenant, uuid).await.expect("look-up").expect("there");
    assert_eq!((row.sealed.as_slice(), row.updated_at, row.synced_at, row.sync_error), (&b"new"[..], LATER, Some(third), None));
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["b", "c"]));
    let one = store.cached_tables(tenant, uuid, Tables { schema: Some("public"), table: Some("c") }, ALL).await.expect("one");
    assert_eq!(one.len(), 1);
    assert_eq!((one[0].0.kind.as_str(), one[0].0.columns, one[0].0.row_estimate), ("table", 1, Some(7)));
}

/// Who lost a race, or whose datasource is gone, writes nothing.
pub async fn a_stale_change_writes_nothing(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["a"]).await;
    let next = catalog(&store, tenant, uuid, &["z"]).await;
    let stale = store.change_datasource(tenant, uuid, 9, &change(Some(b"new"), Some(next.clone())), LATER).await.expect("stale");
    assert_eq!(stale, Replaced::Stale);
    let row = store.datasource(tenant, "d").await.expect("look-up").expect("there");
    assert_eq!((row.revision, row.sealed.as_slice(), row.updated_at), (1, &b"sealed"[..], NOW));
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["a"]));
    store.delete_datasource(tenant, "d").await.expect("delete");
    assert_eq!(store.change_datasource(tenant, uuid, 1, &change(None, Some(next)), LATER).await.expect("gone"), Replaced::Gone);
}

/// Tenancy: absent leaves the stored one, present overwrites it or makes one.
pub async fn tenancy_is_kept_or_replaced(store: Any) {
    let tenant = tenant(&store).await;
    let by_table = Tenancy {
        level: TenancyLevel::Table,
        client_column_type: Some("STRING".into()),
        schema_name: Some(String::new()),
        table_name: Some("t'".into()),
        client_name_column: Some("c".into()),
        primary_key_column: Some("id".into()),
    };
    let by_database = Tenancy {
        level: TenancyLevel::Database,
        client_column_type: None,
        schema_name: None,
        table_name: None,
        client_name_column: None,
        primary_key_column: None,
    };
    let mut with = new(&store, tenant, "with", &[]).await;
    with.tenancy = Some(by_table.clone());
    store.create_datasource(tenant, &with, NOW).await.expect("create");
    let read = async |name| store.datasource(tenant, name).await.expect("look-up").expect("there").tenancy;
    assert_eq!(read("with").await, Some(by_table.clone()));
    store.change_datasource(tenant, with.uuid, 1, &change(Some(b"x"), None), LATER).await.expect("change");
    assert_eq!(read("with").await, Some(by_table.clone()));
    let overwrite = Change { tenancy: Some(by_database.clone()), ..change(Some(b"x"), None) };
    store.change_datasource(tenant, with.uuid, 2, &overwrite, LATER).await.expect("change");
    assert_eq!(read("with").await, Some(by_database.clone()));
    let uuid = create(&store, tenant, "without", &[]).await;
    assert_eq!(read("without").await, None);
    store.change_datasource(tenant, uuid, 1, &overwrite, LATER).await.expect("change");
    assert_eq!(read("without").await, Some(by_database));
}

/// A datasource may be there before it was ever tested or read; a test makes it verified, new credentials untested again.
pub async fn lifecycle(store: Any) {
    let tenant = tenant(&store).await;
    let bare = NewDatasource { server: None, catalog: None, ..new(&store, tenant, "d", &["a"]).await };
    store.create_datasource(tenant, &bare, NOW).await.expect("create");
    let read = async || store.datasource(tenant, "d").await.expect("look-up").expect("there");
    let row = read().await;
    assert_eq!(
        (row.lifecycle, row.server, row.root, row.summary, row.tested_at, row.synced_at),
        (Lifecycle::Untested, None, None, None, None, None)
    );
    assert_eq!((row.profile.as_deref(), row.sealed.as_slice()), (Some(r#"{"host":"h"}"#), &b"sealed"[..]));
    assert_eq!(tables(&store, tenant, bare.uuid).await, pairs(&[]));
    assert_eq!(store.datasource_names(tenant, None).await.expect("list"), ["d"]);

    // A test alone.
    store.note_sync_failure(tenant, bare.uuid, 1, "no route").await.expect("note");
    let tested = change(None, None);
    assert_eq!(store.change_datasource(tenant, bare.uuid, 1, &tested, NOW).await.expect("test"), Replaced::Done);
    let row = read().await;
    assert_eq!((row.lifecycle, row.server, row.tested_at, row.synced_at), (Lifecycle::Verified, tested.server, Some(NOW), None));
    assert_eq!(row.sync_error.as_deref(), Some("no route"), "a test is no sync");
    // A read.
    let first = catalog(&store, tenant, bare.uuid, &["a"]).await;
    assert_eq!(
        store.change_datasource(tenant, bare.uuid, 2, &change(None, Some(first.clone())), LATER).await.expect("sync"),
        Replaced::Done
    );
    let row = read().await;
    assert_eq!((row.root, row.synced_at, row.updated_at, row.sync_error), (Some(first.root), Some(LATER), NOW, None));
    assert_eq!(tables(&store, tenant, bare.uuid).await, pairs(&["a"]));
    // New credentials that nobody tried; what is known of the old ones stays to be read.
    let untried = Change { credentials: Some(credentials(b"untried")), ..Change::default() };
    assert_eq!(store.change_datasource(tenant, bare.uuid, 3, &untried, LATER).await.expect("change"), Replaced::Done);
    let row = read().await;
    assert_eq!((row.lifecycle, row.revision, row.updated_at, row.tested_at), (Lifecycle::Untested, 4, LATER, Some(LATER)));
    assert_eq!(tables(&store, tenant, bare.uuid).await, pairs(&["a"]));

    // Numbers are never given twice, not even that of the newest datasource.
    store.delete_datasource(tenant, "d").await.expect("delete");
    create(&store, tenant, "d", &[]).await;
    assert!(read().await.id > row.id);
}

/// The same name in two organisations: neither can see, change or delete the other's.
pub async fn tenants_do_not_meet(store: Any) {
    let (ours, theirs) = (tenant(&store).await, tenant(&store).await);
    let uuid = create(&store, ours, "d", &["secret"]).await;
    let other = create(&store, theirs, "d", &["other"]).await;
    assert_eq!(store.datasource_by_uuid(theirs, uuid).await.expect("look-up"), None);
    assert_eq!(tables(&store, theirs, uuid).await, pairs(&[]));
    assert!(store.definition_hashes(theirs, uuid).await.expect("hashes").is_empty());
    assert_eq!(store.change_datasource(theirs, uuid, 1, &change(Some(b"x"), None), LATER).await.expect("change"), Replaced::Gone);
    assert_eq!(store.delete_datasource(theirs, "d").await.expect("delete"), Some(other));
    assert_eq!(store.datasource_names(ours, None).await.expect("list"), ["d"]);
    assert_eq!(tables(&store, ours, uuid).await, pairs(&["secret"]));
    assert_eq!(store.data_keys(theirs).await.expect("keys"), []);
}

/// After a delete nothing of the datasource is left, and the name is free.
pub async fn delete_leaves_nothing(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["a", "b"]).await;
    assert_eq!(store.delete_datasource(tenant, "D").await.expect("another case"), None);
    assert_eq!(store.delete_datasource(tenant, "d").await.expect("delete"), Some(uuid));
    assert_eq!(store.delete_datasource(tenant, "d").await.expect("again"), None);
    assert_eq!(store.datasource(tenant, "d").await.expect("look-up"), None);
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&[]));
    for sql in [
        "select count(*) from snapshot",
        "select count(*) from snapshot_schema",
        "select count(*) from schema_tree",
        "select count(*) from tree_entry",
        "select count(*) from definition",
        "select count(*) from tenancy",
    ] {
        assert_eq!(store.count(sql).await, 0, "{sql}");
    }
    create(&store, tenant, "d", &[]).await;
}
