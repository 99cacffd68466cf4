//! What every store must do with organisations.

use uuid::Uuid;

use crate::suite::any::Any;
use crate::suite::make::{LATER, NOW, create, definition, stage, tables, tenant};
use crate::{DataKey, NewToken, Scope, StoreError, Tenant};

/// Organisations have unique names and come back oldest first.
pub async fn organisations(store: Any) {
    let name = format!("Ünï \"x\" {}", Uuid::new_v4());
    let made = store.create_organisation(&name, NOW).await.expect("first");
    assert!(matches!(store.create_organisation(&name, NOW).await, Err(StoreError::NameTaken)));
    assert_eq!(store.organisation(&name).await.expect("look-up"), Some(made.clone()));
    assert_eq!(store.organisation(&name.to_uppercase()).await.expect("look-up"), None);
    let all = store.organisations().await.expect("list");
    assert!(all.contains(&made) && all.is_sorted_by_key(|o| o.tenant));
}

/// Another name, unless somebody has it.
pub async fn renamed_organisations(store: Any) {
    let (one, other) =
        (store.create_organisation("one", NOW).await.expect("one"), store.create_organisation("other", NOW).await.expect("other"));
    assert!(store.rename_organisation(one.tenant, "first").await.expect("rename"));
    assert_eq!(store.organisation("one").await.expect("look-up"), None);
    assert_eq!(store.organisation("first").await.expect("look-up").map(|found| found.tenant), Some(one.tenant));
    assert!(matches!(store.rename_organisation(one.tenant, "other").await, Err(StoreError::NameTaken)));
    assert!(store.rename_organisation(other.tenant, "other").await.expect("its own name"));
    assert!(!store.rename_organisation(Tenant(i64::MAX), "x").await.expect("nobody"));
}

/// How many rows every table has, whatever tables there are.
async fn rows(store: &Any) -> Vec<(String, i64)> {
    let sqlite = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name";
    let postgres = "select cast(table_name as text) from information_schema.tables where table_schema = 'public' order by 1";
    let names = store.sql(if store.refuses(sqlite, &[]).await { postgres } else { sqlite }, &[]).await;
    let mut counts = Vec::new();
    for name in names {
        let name = name.text(0).expect("a name");
        let count = store.count(format!("select count(*) from {name}").leak()).await;
        counts.push((name, count));
    }
    counts
}

/// An organisation with something in every table.
async fn furnished(store: &Any) -> Tenant {
    let tenant = tenant(store).await;
    let token = NewToken {
        id: Uuid::new_v4(),
        name: "t".into(),
        hash: definition(&Uuid::new_v4().to_string()).hash,
        scope: Scope::Read,
        expires_at: None,
    };
    store.create_token(tenant, &token, NOW).await.expect("token");
    for version in [1, 2] {
        let key = DataKey { tenant, version, master_id: "m".into(), wrapped: vec![7; 60] };
        store.add_data_key(tenant, &key, NOW).await.expect("key");
    }
    let uuid = create(store, tenant, "d", &["a", "b"]).await;
    create(store, tenant, "e", &["a"]).await;
    store.sql("insert into tenancy (datasource_id, level) select id, 'TABLE' from datasource where uuid = $1", &[uuid.into()]).await;
    let id = Uuid::new_v4();
    let sql = "insert into datasource_file (org_id, datasource_id, position, id, name, bytes) select $1, id, 0, $2, 'f', 1 from datasource \
               where uuid = $3";
    store.sql(sql, &[tenant.into(), id.into(), uuid.into()]).await;
    // What a create that failed left, and what 0.1.0 wrote.
    stage(store, tenant, Uuid::new_v4(), &[definition("lost")]).await;
    let hash = definition("old").hash;
    let sql = "insert into definition_0001 (datasource, org_id, hash, body, staged_at) values ($1, $2, $3, 'old', 0)";
    store.sql(sql, &[uuid.into(), tenant.into(), (&hash).into()]).await;
    let sql = "insert into snapshot_table_0001 (snapshot, schema_name, table_name, kind, hash, columns) \
               select snapshot, 's', 't', 'table', $2, 1 from datasource where uuid = $1";
    store.sql(sql, &[uuid.into(), (&hash).into()]).await;
    tenant
}

/// Every table is as it was before the organisation came, and the others have what they had.
pub async fn a_deleted_organisation_leaves_nothing(store: Any) {
    let theirs = furnished(&store).await;
    let before = rows(&store).await;
    let ours = furnished(&store).await;
    let between = rows(&store).await;
    for ((name, before), (_, now)) in
        before.iter().zip(&between).filter(|((name, _), _)| !["headwater_migration", "listener"].contains(&name.as_str()))
    {
        assert!(now > before, "nothing of the organisation's is in {name}: what is to become of it?");
    }
    assert!(store.delete_organisation(ours).await.expect("delete"));
    assert_eq!(rows(&store).await, before);
    assert!(!store.delete_organisation(ours).await.expect("again"));
    assert_eq!(store.datasource_names(theirs, None).await.expect("list"), ["d", "e"]);
    let uuid = store.datasource(theirs, "d").await.expect("look-up").expect("there").uuid;
    assert!(tables(&store, theirs, uuid).await.len() >= 2);
    // Who was about to write something of the organisation's is refused; its number is never given again.
    let key = DataKey { tenant: ours, version: 1, master_id: "m".into(), wrapped: vec![7; 60] };
    assert!(store.add_data_key(ours, &key, LATER).await.is_err());
    assert!(tenant(&store).await > ours);
}
