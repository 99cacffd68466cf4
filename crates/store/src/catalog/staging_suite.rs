//! What every store must do with what is staged.

use uuid::Uuid;

use crate::suite::any::Any;
use crate::suite::make::{LATER, MOST, NOW, catalog, change, create, definition, new, pairs, stage, tables, tenant};
use crate::{Catalog, Replaced, StoreError, Timestamp};

/// Nothing is staged, and so many definitions are there.
pub(crate) async fn is_clean(store: &Any, definitions: i64) {
    for (sql, rows) in
        [("select count(*) from staging", 0), ("select count(*) from staging_lease", 0), ("select count(*) from definition", definitions)]
    {
        assert_eq!(store.count(sql).await, rows, "{sql}");
    }
}

/// A moment after all leases of the suite have ended.
const AFTER: Timestamp = Timestamp(LATER.0 + 1);

/// Whoever gives up takes along what was staged, and leaves what a schema names.
pub async fn giving_up_leaves_nothing(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["a"]).await;
    is_clean(&store, 1).await;
    let lost = stage(&store, tenant, Uuid::new_v4(), &["a", "b"].map(definition)).await;
    let failed = stage(&store, tenant, uuid, &["a", "c"].map(definition)).await;
    assert_eq!(store.leave_staging(lost).await.expect("leave"), 2);
    assert_eq!(store.leave_staging(failed).await.expect("leave"), 1);
    assert_eq!(store.leave_staging(failed).await.expect("twice"), 0);
    is_clean(&store, 1).await;
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["a"]));
    // A batch that was on its way comes too late, and so does a schema.
    assert!(matches!(store.stage(tenant, failed, &[definition("late")], MOST, NOW).await, Err(StoreError::StagingLost)));
    let late = catalog(&store, tenant, uuid, &["z"]).await;
    store.leave_staging(late.staged.expect("a lease")).await.expect("leave");
    let late = store.change_datasource(tenant, uuid, 1, &change(None, Some(late)), LATER).await;
    assert!(matches!(late, Err(StoreError::StagingLost)), "{late:?}");
    let mut late = new(&store, tenant, "late", &["z"]).await;
    let staged = late.catalog.as_mut().and_then(|catalog| catalog.staged).expect("a lease");
    store.leave_staging(staged).await.expect("leave");
    assert!(matches!(store.create_datasource(tenant, &late, LATER).await, Err(StoreError::StagingLost)));
    is_clean(&store, 1).await;
}

/// Two that stage for one datasource share what both need; whoever gives up does not take it from the other.
pub async fn what_two_stage_is_kept_for_either(store: Any) {
    let tenant = tenant(&store).await;
    for given_up in [true, false] {
        let uuid = create(&store, tenant, &format!("d {given_up}"), &["a"]).await;
        let first = catalog(&store, tenant, uuid, &["a", "b"]).await;
        let second = stage(&store, tenant, uuid, &["b", "c"].map(definition)).await;
        if given_up {
            assert_eq!(store.leave_staging(second).await.expect("leave"), 0);
        }
        let done = store.change_datasource(tenant, uuid, 1, &change(None, Some(first)), LATER).await.expect("change");
        assert_eq!(done, Replaced::Done);
        // The other one reads anew: its revision is an old one.
        assert!(matches!(store.stage(tenant, second, &[definition("d")], MOST, NOW).await, Err(StoreError::StagingLost)));
        assert_eq!(store.leave_staging(second).await.expect("leave"), 0);
        assert_eq!(tables(&store, tenant, uuid).await, pairs(&["a", "b"]));
        is_clean(&store, 2).await;
        store.delete_datasource(tenant, &format!("d {given_up}")).await.expect("delete");
        is_clean(&store, 0).await;
    }
}

/// A schema that needs less than was staged, of a new datasource or of one that did not change, leaves no rest.
pub async fn a_rest_is_taken_away(store: Any) {
    let tenant = tenant(&store).await;
    let more = async |new: &mut Catalog| {
        let lease = new.staged.expect("a lease");
        store.stage(tenant, lease, &[definition("of the first attempt")], MOST, NOW).await.expect("stage");
    };
    let mut datasource = new(&store, tenant, "d", &["a", "b"]).await;
    more(datasource.catalog.as_mut().expect("a schema")).await;
    store.create_datasource(tenant, &datasource, NOW).await.expect("create");
    is_clean(&store, 2).await;
    let mut same = catalog(&store, tenant, datasource.uuid, &["a", "b"]).await;
    more(&mut same).await;
    assert_eq!(store.change_datasource(tenant, datasource.uuid, 1, &change(None, Some(same)), LATER).await.expect("sync"), Replaced::Done);
    is_clean(&store, 2).await;
    assert_eq!(tables(&store, tenant, datasource.uuid).await, pairs(&["a", "b"]));
}

/// What a killed server has staged goes when its lease has ended, and not before; a lease that is renewed does not end.
pub async fn leases_end(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["a"]).await;
    let dead = stage(&store, tenant, uuid, &["a", "b"].map(definition)).await;
    stage(&store, tenant, Uuid::new_v4(), &["lost", "for good"].map(definition)).await;
    let living = stage(&store, tenant, uuid, &["b", "c"].map(definition)).await;
    assert_eq!(store.sweep_staging(LATER).await.expect("sweep"), 0, "they hold until then");
    assert!(store.renew_staging(living, Timestamp(AFTER.0 + 60_000)).await.expect("renew"));
    assert_eq!(store.sweep_staging(AFTER).await.expect("sweep"), 2, "what is lost");
    assert!(!store.renew_staging(dead, Timestamp(AFTER.0 + 60_000)).await.expect("renew"), "it comes too late");
    assert!(matches!(store.stage(tenant, dead, &[definition("d")], MOST, NOW).await, Err(StoreError::StagingLost)));
    assert_eq!(store.count("select count(*) from definition").await, 3, "the living one may need them");
    assert_eq!(store.leave_staging(living).await.expect("leave"), 2);
    is_clean(&store, 1).await;
    assert_eq!(store.sweep_staging(AFTER).await.expect("sweep"), 0);
    assert_eq!(tables(&store, tenant, uuid).await, pairs(&["a"]));
}

/// An organisation cannot have more staged at once than it may, over all its datasources; the others can.
pub async fn staging_is_bounded(store: Any) {
    let (ours, theirs) = (tenant(&store).await, tenant(&store).await);
    let one = stage(&store, ours, Uuid::new_v4(), &["b", "and this takes some bytes, however it is compressed"].map(definition)).await;
    let most = u64::try_from(store.count("select bytes from staging").await).expect("bytes") + 10;
    let two = store.open_staging(ours, Uuid::new_v4(), LATER).await.expect("a lease");
    let large = [definition("this takes some bytes, however it is compressed")];
    assert!(matches!(store.stage(ours, two, &large, most, NOW).await, Err(StoreError::StagingFull)));
    let other = store.open_staging(theirs, Uuid::new_v4(), LATER).await.expect("a lease");
    store.stage(theirs, other, &large, most, NOW).await.expect("another's");
    assert_eq!(store.leave_staging(one).await.expect("leave"), 2);
    store.stage(ours, two, &large, most, NOW).await.expect("there is room again");
    for lease in [two, other] {
        assert_eq!(store.leave_staging(lease).await.expect("leave"), 1);
    }
    is_clean(&store, 0).await;
    let theirs = store.open_staging(theirs, other.datasource, LATER).await.expect("a lease");
    assert!(matches!(store.stage(ours, theirs, &large, most, NOW).await, Err(StoreError::StagingLost)), "of another organisation");
}

/// Many that stage, change and give up at the same time: the schema that stands has all of its definitions, and nothing else is left.
pub async fn many_at_once(store: Any) {
    let tenant = tenant(&store).await;
    let uuid = create(&store, tenant, "d", &["t0"]).await;
    let mut all = Vec::new();
    for n in 0..12_u8 {
        let store = store.clone();
        all.push(tokio::spawn(async move {
            let names: Vec<String> = (n % 3..n % 3 + 40).map(|t| format!("t{t}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let definitions: Vec<_> = names.iter().map(|name| definition(name)).collect();
            let mut done = 0;
            for _ in 0..6 {
                let revision = store.datasource_by_uuid(tenant, uuid).await.expect("look-up").expect("there").revision;
                let lease = store.open_staging(tenant, uuid, LATER).await.expect("a lease");
                let whole = match store.stage(tenant, lease, &definitions, MOST, NOW).await {
                    Ok(()) => true,
                    Err(StoreError::StagingLost) => false,
                    Err(error) => panic!("{error}"),
                };
                if whole && n % 4 != 0 {
                    let root = definition(&format!("{n} {revision}")).hash;
                    let tables = names.iter().zip(&definitions).map(|(name, d)| crate::suite::make::entry("public", name, d, 1)).collect();
                    let catalog = Catalog { staged: Some(lease), root, summary: "{}".into(), tables };
                    match store.change_datasource(tenant, uuid, revision, &change(None, Some(catalog)), LATER).await {
                        Ok(Replaced::Done) => done += 1,
                        Ok(_) | Err(StoreError::StagingLost) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                store.leave_staging(lease).await.expect("leave");
            }
            done
        }));
    }
    let mut done = 0;
    for one in all {
        done += one.await.expect("joined");
    }
    assert!(done > 0, "somebody was first");
    assert_eq!(tables(&store, tenant, uuid).await.len(), 40);
    is_clean(&store, 40).await;
}
