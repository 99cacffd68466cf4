//! What every store must do with files.

use uuid::Uuid;

use super::model::{File, FilesChange};
use crate::suite::any::Any;
use crate::suite::make::{LATER, MOST, change, create, tenant};
use crate::{Change, Replaced, StoreError, Tenant};

fn file(name: &str, bytes: i64) -> File {
    File { id: Uuid::new_v4(), name: name.to_owned(), bytes }
}

fn having(files: &[File], most: i64) -> Change {
    Change { files: Some(FilesChange { files: files.to_vec(), most }), ..change(None, None) }
}

async fn revision(store: &Any, tenant: Tenant, uuid: Uuid) -> i64 {
    store.datasource_by_uuid(tenant, uuid).await.expect("look-up").expect("there").revision
}

/// The files of a datasource are replaced as a whole with its other changes, or not at all, and never beyond what is allowed.
pub async fn files_are_whole_and_bounded(store: Any) {
    let most = i64::try_from(MOST).expect("a number");
    let ours = tenant(&store).await;
    let uuid = create(&store, ours, "x", &["a"]).await;
    assert_eq!(store.files(ours, uuid).await.expect("files"), []);
    let first = [file("b.csv", 3), file("../a \"x\" ünï.csv", 4)];
    let write = async |files: &[File], most| {
        let revision = revision(&store, ours, uuid).await;
        store.change_datasource(ours, uuid, revision, &having(files, most), LATER).await
    };
    assert_eq!(write(&first, most).await.expect("written"), Replaced::Done);
    assert_eq!(store.files(ours, uuid).await.expect("files"), first, "in their order");
    let second = [first[1].clone(), file("c", 5)];
    assert_eq!(write(&second, 9).await.expect("written"), Replaced::Done, "what goes makes room");
    assert!(matches!(write(&first, 6).await, Err(StoreError::FilesFull)));
    assert_eq!(store.files(ours, uuid).await.expect("files"), second, "nothing was written");
    let stale = store.change_datasource(ours, uuid, 1, &having(&first, most), LATER).await.expect("asked");
    assert_eq!((stale, store.files(ours, uuid).await.expect("files")), (Replaced::Stale, second.to_vec()));
    // A change that says nothing of files leaves them.
    let now = revision(&store, ours, uuid).await;
    store.change_datasource(ours, uuid, now, &change(Some(b"new"), None), LATER).await.expect("written");
    assert_eq!(store.files(ours, uuid).await.expect("files"), second);
    assert_eq!(write(&[], 0).await.expect("written"), Replaced::Done);
    assert_eq!(store.file_bytes(ours).await.expect("sum"), 0);
}

/// Files are their organisation's, and go with their datasource.
pub async fn files_of_one_organisation(store: Any) {
    let (ours, theirs) = (tenant(&store).await, tenant(&store).await);
    let [one, other, third] =
        [create(&store, ours, "x", &["a"]).await, create(&store, ours, "y", &["a"]).await, create(&store, theirs, "x", &["a"]).await];
    let mut all = Vec::new();
    for (tenant, uuid) in [(ours, one), (ours, other), (theirs, third)] {
        let files = [file("same.csv", 10)];
        store.change_datasource(tenant, uuid, 1, &having(&files, 20), LATER).await.expect("written");
        all.push(files[0].id);
    }
    assert_eq!(store.files(theirs, one).await.expect("files"), []);
    assert_eq!((store.file_bytes(ours).await.expect("sum"), store.file_bytes(theirs).await.expect("sum")), (20, 10));
    let mut ids = store.file_ids(ours).await.expect("ids");
    ids.sort();
    all[..2].sort();
    assert_eq!(ids, all[..2]);
    let full = store.change_datasource(ours, one, 2, &having(&[file("more", 11)], 20), LATER).await;
    assert!(matches!(full, Err(StoreError::FilesFull)), "the bytes of all its datasources count");
    store.delete_datasource(ours, "x").await.expect("deleted");
    assert_eq!(store.file_ids(ours).await.expect("ids").len(), 1);
}
