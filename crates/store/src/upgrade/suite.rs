//! What every store must do with what 0.1.0 wrote into it.

use uuid::Uuid;

use crate::suite::any::Any;
use crate::suite::make::{ALL, LATER, NOW, catalog, change, create, credentials, definition, pairs, tables};
use crate::{
    Binding, Cipher, DefinitionMark, MasterKeys, Page, Replaced, SchemaMark, Tables, Tenant, Timestamp, Whole, generate_master_key,
};

/// A datasource as 0.1.0 wrote it: three schemas, two hundred tables, each named like its definition.
async fn old_datasource(store: &Any, tenant: Tenant, name: &str) -> Uuid {
    let (uuid, snapshot, root) = (Uuid::new_v4(), Uuid::new_v4(), definition(name).hash);
    let sql = "insert into datasource (uuid, org_id, name, kind, revision, sealed, snapshot, product, product_version, created_at, updated_at, tested_at, synced_at) \
               values ($1, $2, $3, 'postgres', 1, $4, $5, 'PostgreSQL', '15', $6, $6, $6, $6)";
    let sealed = b"sealed as a whole".as_slice();
    store.sql(sql, &[uuid.into(), tenant.into(), name.into(), sealed.into(), snapshot.into(), NOW.into()]).await;
    let sql = "insert into snapshot (id, datasource, root, summary, created_at) values ($1, $2, $3, '{}', $4)";
    store.sql(sql, &[snapshot.into(), uuid.into(), (&root).into(), NOW.into()]).await;
    for n in 0..200 {
        let table = format!("t{n:03}");
        let (schema, definition) = (format!("schema {}", n % 3), definition(&table));
        let sql = "insert into definition (datasource, org_id, hash, body, staged_at) values ($1, $2, $3, $4, $5)";
        store.sql(sql, &[uuid.into(), tenant.into(), (&definition.hash).into(), (&definition.body).into(), Timestamp(1_000).into()]).await;
        let sql = "insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns, row_estimate) values ($1, $2, $3, 'view', $4, 1, 9)";
        store.sql(sql, &[snapshot.into(), (&schema).into(), (&table).into(), (&definition.hash).into()]).await;
    }
    uuid
}

/// An organisation with two such datasources, what a failed create staged, and a snapshot that lost its datasource.
async fn old_store(store: &Any) -> (Tenant, [Uuid; 2]) {
    let tenant = store.create_organisation("acme", NOW).await.expect("organisation").tenant;
    let all = [old_datasource(store, tenant, "one").await, old_datasource(store, tenant, "two").await];
    let sql = "insert into definition (datasource, org_id, hash, body, staged_at) values ($1, $2, $3, 'lost', 1000)";
    store.sql(sql, &[Uuid::new_v4().into(), tenant.into(), (&definition("lost").hash).into()]).await;
    let sql = "insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns) values ($1, 's', 't', 'table', $2, 1)";
    store.sql(sql, &[Uuid::new_v4().into(), (&definition("lost").hash).into()]).await;
    store.migrate().await.expect("migrate");
    (tenant, all)
}

/// What readers see of a datasource; the same at every moment.
async fn check(store: &Any, tenant: Tenant, uuid: Uuid) {
    let mut seen = tables(store, tenant, uuid).await;
    seen.sort();
    let names: Vec<String> = (0..200).map(|n| format!("t{n:03}")).collect();
    assert_eq!(seen, pairs(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(store.definition_hashes(tenant, uuid).await.expect("hashes").len(), 200);
    let which = Tables { schema: Some("schema 1"), table: None };
    let page = store.cached_tables(tenant, uuid, which, Page { limit: 2, offset: 65 }).await.expect("page");
    assert_eq!(page.iter().map(|(entry, _)| entry.table.as_str()).collect::<Vec<_>>(), ["t196", "t199"]);
    assert_eq!((page[0].0.kind.as_str(), page[0].0.row_estimate), ("view", Some(9)));
}

/// Takes so many steps of the move from the start; whether it came to its end.
async fn steps(store: &Any, mut limit: usize) -> bool {
    let (mut definitions, mut schemas) = (DefinitionMark::default(), SchemaMark::default());
    while let Some(mark) = store.pack_definitions(definitions).await.expect("definitions") {
        definitions = mark;
        limit -= 1;
        if limit == 0 {
            return false;
        }
    }
    while let Some(mark) = store.plant_tree(&schemas).await.expect("a tree") {
        schemas = mark;
        limit -= 1;
        if limit == 0 {
            return false;
        }
    }
    true
}

async fn is_moved(store: &Any) {
    for (sql, rows) in [
        ("select count(*) from definition_0001", 0),
        ("select count(*) from snapshot_table_0001", 0),
        ("select count(*) from definition", 401),
        ("select count(*) from schema_tree", 6),
        ("select count(*) from tree_entry", 400),
        ("select count(*) from snapshot_schema", 6),
    ] {
        assert_eq!(store.count(sql).await, rows, "{sql}");
    }
}

/// Broken off after every step and begun anew, the move comes to its end, and nobody sees it.
pub async fn the_move_step_by_step(store: Any) {
    let (tenant, all) = old_store(&store).await;
    let row = store.datasource(tenant, "one").await.expect("look-up").expect("there");
    assert_eq!((row.profile, row.sealed.as_slice(), row.tested_at), (None, &b"sealed as a whole"[..], Some(NOW)));
    let mut rounds = 0;
    loop {
        for uuid in all {
            check(&store, tenant, uuid).await;
        }
        if steps(&store, 1).await {
            break;
        }
        rounds += 1;
    }
    assert_eq!(rounds, 7 + 6 + 1, "401 definitions by 64, six schemas, and one of nobody's");
    is_moved(&store).await;
    assert_eq!(store.sweep(Timestamp(2_000)).await.expect("sweep"), 1, "what was lost, and as old as it was");
    check(&store, tenant, all[0]).await;
}

/// A server of 0.1.0 that is still running can neither write nor sweep here: its statements fail.
pub async fn older_servers_are_kept_out(store: Any) {
    let (tenant, [one, _]) = old_store(&store).await;
    assert!(steps(&store, 1_000).await);
    let hash = definition("theirs").hash;
    let values = [one.into(), tenant.into(), (&hash).into()];
    for sql in [
        "insert into definition (datasource, org_id, hash, body, staged_at) values ($1, $2, $3, cast('plain' as text), 0)",
        "insert into snapshot_table (snapshot, schema_name, table_name, kind, hash, columns) select $1, 's', 't', 'table', $3, $2",
        "delete from definition where staged_at > $2 and datasource = $1 and hash <> $3 and not exists (select 1 from datasource d \
         join snapshot_table t on t.snapshot = d.snapshot where d.uuid = definition.datasource and t.hash = definition.hash)",
    ] {
        assert!(store.refuses(sql, &values).await, "{sql}");
    }
    check(&store, tenant, one).await;
}

/// Two servers at once, and a reader beside them.
pub async fn two_servers_move_at_once(store: Any) {
    let (tenant, all) = old_store(&store).await;
    let mover = |store: Any| tokio::spawn(async move { assert!(steps(&store, 1_000).await) });
    let (one, two) = (mover(store.clone()), mover(store.clone()));
    while !(one.is_finished() && two.is_finished()) {
        check(&store, tenant, all[1]).await;
    }
    one.await.expect("joined");
    two.await.expect("joined");
    is_moved(&store).await;
    for uuid in all {
        check(&store, tenant, uuid).await;
    }
}

/// Syncs, changes and deletes of what is not moved yet, or half.
pub async fn changes_in_the_middle_of_the_move(store: Any) {
    let (tenant, [one, two]) = old_store(&store).await;
    // The same root: times alone.
    let mut same = catalog(&store, tenant, one, &[]).await;
    same.root = definition("one").hash;
    assert_eq!(store.change_datasource(tenant, one, 1, &change(None, Some(same)), LATER).await.expect("sync"), Replaced::Done);
    check(&store, tenant, one).await;
    // All definitions, and one of the six schemas: the datasource that was moved first is the one with the smaller snapshot.
    assert!(!steps(&store, 8).await);
    check(&store, tenant, one).await;
    check(&store, tenant, two).await;
    let next = catalog(&store, tenant, one, &["new"]).await;
    assert_eq!(store.change_datasource(tenant, one, 2, &change(Some(b"new"), Some(next)), LATER).await.expect("change"), Replaced::Done);
    assert_eq!(tables(&store, tenant, one).await, pairs(&["new"]));
    create(&store, tenant, "three", &["a"]).await;
    assert_eq!(store.delete_datasource(tenant, "two").await.expect("delete"), Some(two));
    assert!(steps(&store, 1_000).await);
    assert_eq!(tables(&store, tenant, one).await, pairs(&["new"]));
    for (sql, rows) in [
        ("select count(*) from definition_0001", 0),
        ("select count(*) from snapshot_table_0001", 0),
        ("select count(*) from tree_entry", 2),
        ("select count(*) from definition", 3),
    ] {
        assert_eq!(store.count(sql).await, rows, "{sql}: the new, the third's, the lost");
    }
    assert_eq!(store.sweep(Timestamp(2_000)).await.expect("sweep"), 1);
}

/// Credentials are split once: who comes second, or after a change, writes nothing.
pub async fn credentials_are_split_once(store: Any) {
    let (tenant, [one, two]) = old_store(&store).await;
    let cipher = Cipher::new(MasterKeys::parse(&generate_master_key("k")).expect("keys"), store.shared());
    let binding = Binding { tenant, datasource: one, purpose: "credentials" };
    let whole = cipher.seal_unplaced(binding, br#"{"host":"h","password":"p"}"#, NOW).await.expect("seal");
    store.sql("update datasource set sealed = $2 where uuid = $1", &[one.into(), (&whole).into()]).await;
    let left = store.whole_credentials(0).await.expect("left");
    assert_eq!(
        left.iter().map(|whole| (whole.tenant, whole.uuid, whole.kind.as_str())).collect::<Vec<_>>(),
        [(tenant, one, "postgres"), (tenant, two, "postgres")]
    );
    let Whole { id, sealed, .. } = &left[0];
    assert_eq!(cipher.open_unplaced(binding, sealed).await.expect("open").as_slice(), br#"{"host":"h","password":"p"}"#);
    assert_eq!(store.whole_credentials(*id).await.expect("left").len(), 1);

    let split = credentials(&cipher.seal(binding, &[7; 32], br#"{"password":"p"}"#, NOW).await.expect("seal"));
    let other = store.create_organisation("other", NOW).await.expect("organisation").tenant;
    assert!(!store.split_credentials(other, one, sealed, &split).await.expect("split"), "another's");
    assert!(store.split_credentials(tenant, one, sealed, &split).await.expect("split"));
    assert!(!store.split_credentials(tenant, one, sealed, &split).await.expect("again"));
    let row = store.datasource(tenant, "one").await.expect("look-up").expect("there");
    assert_eq!(
        (row.profile.as_ref(), &row.sealed, row.revision),
        (Some(&split.profile), &split.sealed, 1),
        "a running sync is not disturbed"
    );
    store.change_datasource(tenant, two, 1, &change(Some(b"newer"), None), LATER).await.expect("change");
    assert!(!store.split_credentials(tenant, two, &left[1].sealed, &split).await.expect("too late"));
    assert_eq!(store.datasource(tenant, "two").await.expect("look-up").expect("there").sealed, b"newer");
    assert_eq!(store.whole_credentials(0).await.expect("left"), []);
    assert_eq!(store.cached_tables(tenant, two, Tables::default(), ALL).await.expect("tables").len(), 200);
}
