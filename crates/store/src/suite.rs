//! The conformance suite: what every store must do, written once and run on each.
//!
//! Each test gets a store of its own, so that the tests can run side by side.

use std::sync::Arc;

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Binding, Catalog, Change, Cipher, CipherError, Definition, Hash, KeyError, MasterKeys, NewDatasource, NewToken, Page, Replaced, Scope,
    Store, StoreError, TableEntry, Tables, Tenancy, TenancyLevel, Tenant, Timestamp, generate_master_key,
};

/// Expands to one `#[tokio::test]` for each test of the suite, over the store that `$make` (an async fn) returns.
#[macro_export]
macro_rules! store_suite {
    ($make:path) => {
        $crate::store_suite!(@ $make: organisations, tokens, names_are_bytes, pages, one_of_many_writers_wins, a_change_is_whole,
            a_stale_change_writes_nothing, tenancy_is_kept_or_replaced, tenants_do_not_meet, delete_leaves_nothing, sweep_spares_the_living,
            sealed_values_open_in_their_place_only, wrong_master_keys_are_found, rewrap, a_wide_schema);
    };
    (@ $make:path: $($name:ident),+) => {
        $(#[tokio::test]
        async fn $name() {
            $crate::suite::$name($make().await).await;
        })+
    };
}

type Any = Arc<dyn Store>;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const LATER: Timestamp = Timestamp(1_800_000_001_000);
const ALL: Page = Page { limit: 100_000, offset: 0 };

async fn tenant(store: &Any) -> Tenant {
    store.create_organisation(&format!("org {}", Uuid::new_v4()), NOW).await.expect("organisation").tenant
}

fn definition(body: &str) -> Definition {
    Definition { hash: Sha256::digest(body).into(), body: body.to_owned() }
}

/// A schema of tables that are named like their definitions, staged for `uuid`.
async fn catalog(store: &Any, tenant: Tenant, uuid: Uuid, tables: &[&str]) -> Catalog {
    let definitions: Vec<_> = tables.iter().map(|t| definition(t)).collect();
    store.stage(tenant, uuid, &definitions, NOW).await.expect("stage");
    let entry = |(name, d): (&&str, &Definition)| TableEntry {
        schema: "public".into(),
        table: (*name).to_owned(),
        kind: "table".into(),
        hash: d.hash,
        columns: 1,
        row_estimate: Some(7),
    };
    let tables: Vec<_> = tables.iter().zip(&definitions).map(entry).collect();
    Catalog { root: Sha256::digest(format!("{tables:?}")).into(), summary: "{}".into(), tables }
}

async fn new(store: &Any, tenant: Tenant, name: &str, tables: &[&str]) -> NewDatasource {
    let uuid = Uuid::new_v4();
    NewDatasource {
        uuid,
        name: name.into(),
        kind: "postgres".into(),
        sealed: b"sealed".to_vec(),
        tenancy: None,
        product: "PostgreSQL".into(),
        product_version: "15".into(),
        catalog: catalog(store, tenant, uuid, tables).await,
    }
}

async fn create(store: &Any, tenant: Tenant, name: &str, tables: &[&str]) -> Uuid {
    let new = new(store, tenant, name, tables).await;
    store.create_datasource(tenant, &new, NOW).await.expect("create");
    new.uuid
}

async fn tables(store: &Any, tenant: Tenant, uuid: Uuid) -> Vec<(String, String)> {
    let all = store.cached_tables(tenant, uuid, Tables::default(), ALL).await.expect("tables");
    all.into_iter().map(|(entry, body)| (entry.table, body)).collect()
}

fn pairs(names: &[&str]) -> Vec<(String, String)> {
    names.iter().map(|n| ((*n).to_owned(), (*n).to_owned())).collect()
}

fn change(sealed: Option<&[u8]>, catalog: Option<Catalog>) -> Change {
    Change { sealed: sealed.map(<[u8]>::to_vec), tenancy: None, product: "PostgreSQL".into(), product_version: "16".into(), catalog }
}

/// Organisations have unique names and come back oldest first.
pub async fn organisations(store: Any) {
    let name = format!("Ünï \"x\" {}", Uuid::new_v4());
    let made = store.create_organisation(&name, NOW).await.expect("first");
    assert!(matches!(store.create_organisation(&name, NOW).await, Err(StoreError::NameTaken)));
    assert_eq!(store.organisation(&name).await.expect("look-up"), Some(made.clone()));
    assert_eq!(store.organisation(&name.to_uppercase()).await.expect("look-up"), None);
    let all = store.organisations().await.expect("list");
    assert!(all.contains(&made) && all.is_sorted_by_key(|o| o.tenant));
    store.ping().await.expect("ping");
}

/// Tokens are found by hash, revoked once and for all, and noted when used.
pub async fn tokens(store: Any) {
    let tenant = tenant(&store).await;
    let hash: Hash = Sha256::digest(Uuid::new_v4()).into();
    let token = NewToken { id: Uuid::new_v4(), name: "ci".into(), hash, scope: Scope::Read, expires_at: Some(LATER) };
    store.create_token(tenant, &token, NOW).await.expect("create");
    let found = store.token(&hash).await.expect("look-up").expect("there");
    assert_eq!(
        (found.id, found.tenant, found.scope, found.expires_at, found.revoked_at),
        (token.id, tenant, Scope::Read, Some(LATER), None)
    );
    assert_eq!(store.token(&[0; 32]).await.expect("look-up"), None);
    store.touch_token(tenant, token.id, LATER).await.expect("touch");
    assert!(store.revoke_token(token.id, LATER).await.expect("revoke"));
    assert!(store.revoke_token(token.id, NOW).await.expect("again"), "revoking twice is no failure");
    assert!(!store.revoke_token(Uuid::new_v4(), NOW).await.expect("unknown"));
    let listed = store.tokens().await.expect("list").into_iter().find(|(t, _)| t.id == token.id).expect("listed").0;
    assert_eq!((listed.revoked_at, listed.last_used_at), (Some(LATER), Some(LATER)));
}

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
    assert_eq!((row.revision, row.sealed.as_slice(), row.root, row.product_version.as_str()), (2, &b"new"[..], next.root, "16"));
    assert_eq!((row.created_at, row.updated_at, row.synced_at), (NOW, LATER, LATER));
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["b", "c"]));
    assert_eq!(store.definition_hashes(tenant, uuid).await.expect("hashes").len(), 2);
    let third = Timestamp(LATER.0 + 1);
    store.note_sync_failure(tenant, uuid, 1, "an older one").await.expect("note");
    assert_eq!(store.datasource(tenant, "d").await.expect("look-up").expect("there").sync_error, None);
    store.note_sync_failure(tenant, uuid, 2, "no route").await.expect("note");
    assert_eq!(store.datasource(tenant, "d").await.expect("look-up").expect("there").sync_error.as_deref(), Some("no route"));
    assert_eq!(store.change_datasource(tenant, uuid, 2, &change(None, None), third).await.expect("sync"), Replaced::Done);
    let row = store.datasource_by_uuid(tenant, uuid).await.expect("look-up").expect("there");
    assert_eq!((row.sealed.as_slice(), row.updated_at, row.synced_at, row.sync_error), (&b"new"[..], LATER, third, None));
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
    create(&store, tenant, "d", &[]).await;
}

/// What was staged for a datasource that never came goes; what a living one uses stays, however old.
pub async fn sweep_spares_the_living(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["a"]).await;
    let old = Timestamp(1_000);
    let lost = Uuid::new_v4();
    store.stage(tenant, lost, &[definition("lost")], old).await.expect("stage");
    store.stage(tenant, uuid, &[definition("a")], old).await.expect("stage");
    store.stage(tenant, uuid, &[definition("of a failed update")], old).await.expect("stage");
    assert_eq!(store.sweep(Timestamp(2_000)).await.expect("sweep"), 2);
    assert_eq!(store.sweep(Timestamp(2_000)).await.expect("sweep"), 0);
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["a"]));
}

fn keys(text: &str) -> MasterKeys {
    MasterKeys::parse(&text.into()).expect("keys")
}

/// A sealed value opens for its tenant, datasource and purpose, and for no other.
pub async fn sealed_values_open_in_their_place_only(store: Any) {
    let master = generate_master_key(&Uuid::new_v4().to_string());
    let cipher = Cipher::new(keys(master.expose_secret()), store.clone());
    let place = Binding { tenant: tenant(&store).await, datasource: Uuid::new_v4(), purpose: "credentials" };
    let sealed = cipher.seal(place, b"q^G$F/@:?#% \"\\", NOW).await.expect("seal");
    assert_eq!(cipher.open(place, &sealed).await.expect("open").as_slice(), b"q^G$F/@:?#% \"\\");
    assert_ne!(cipher.seal(place, b"q^G$F/@:?#% \"\\", NOW).await.expect("seal"), sealed, "a nonce of its own");
    let elsewhere = [
        Binding { datasource: Uuid::new_v4(), ..place },
        Binding { purpose: "other", ..place },
        Binding { tenant: tenant(&store).await, ..place },
    ];
    for place in elsewhere {
        assert!(matches!(cipher.open(place, &sealed).await, Err(CipherError::Damaged)));
    }
    let print = async |place, name, secret: &[u8]| cipher.fingerprint(place, name, secret, &sealed).await.expect("fingerprint");
    let one = print(place, "password", b"a").await;
    assert_eq!(print(place, "password", b"a").await, one);
    assert_ne!(print(place, "password", b"b").await, one);
    assert_ne!(print(place, "other", b"a").await, one);
    assert_ne!(print(Binding { datasource: Uuid::new_v4(), ..place }, "password", b"a").await, one);
    for n in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[n] ^= 1;
        assert!(cipher.open(place, &changed).await.is_err(), "byte {n}");
        assert!(cipher.open(place, &sealed[..n]).await.is_err(), "cut at {n}");
    }
}

/// A server whose master keys lack the id in use, or have other bytes for it, finds out.
pub async fn wrong_master_keys_are_found(store: Any) {
    let id = Uuid::new_v4().to_string();
    let master = generate_master_key(&id);
    let place = Binding { tenant: tenant(&store).await, datasource: Uuid::new_v4(), purpose: "credentials" };
    let sealed = Cipher::new(keys(master.expose_secret()), store.clone()).seal(place, b"x", NOW).await.expect("seal");
    let wrong = Cipher::new(keys(generate_master_key(&id).expose_secret()), store.clone());
    assert!(matches!(wrong.open(place, &sealed).await, Err(CipherError::Key(KeyError::Wrong(_)))));
    let other = Cipher::new(keys(generate_master_key("other").expose_secret()), store.clone());
    assert!(matches!(other.open(place, &sealed).await, Err(CipherError::Key(KeyError::Unknown(_)))));
    assert!(matches!(other.verify().await, Err(CipherError::Key(_))));
    assert!(store.data_key_samples().await.expect("samples").iter().any(|key| key.master_id == id));
}

/// After rewrapping, the new master key alone opens what was sealed under the old one.
pub async fn rewrap(store: Any) {
    let (old, new) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
    let (old_key, new_key) = (generate_master_key(&old), generate_master_key(&new));
    let tenant = tenant(&store).await;
    let place = Binding { tenant, datasource: Uuid::new_v4(), purpose: "credentials" };
    let sealed = Cipher::new(keys(old_key.expose_secret()), store.clone()).seal(place, b"x", NOW).await.expect("seal");
    let both = Cipher::new(keys(&format!("{},{}", new_key.expose_secret(), old_key.expose_secret())), store.clone());
    assert_eq!(both.rewrap().await.expect("rewrap"), 1);
    assert_eq!(both.rewrap().await.expect("again"), 0);
    assert_eq!(store.data_keys(tenant).await.expect("keys")[0].master_id, new);
    assert_eq!(Cipher::new(keys(new_key.expose_secret()), store).open(place, &sealed).await.expect("open").as_slice(), b"x");
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
