//! Two organisations with the same names never meet.

use serde_json::json;

use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source};

#[tokio::test]
async fn two_organisations_with_the_same_name() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let server = setup.start();
        let (ours, theirs) = (server.client(&setup.token("ours")), server.client(&setup.token("theirs")));
        let (mine, other) = (Source::new().await, Source::new().await);
        mine.sql("create table mine (id int)").await;
        ours.create(&mine.body("same")).await.ok();

        assert_eq!(theirs.names().await, [""; 0]);
        assert_eq!(theirs.update(&other.body("same")).await.code(), (400, "DATASOURCE_NAME_ERROR"));
        assert_eq!(theirs.delete("same").await.code(), (400, "DATASOURCE_NAME_ERROR"));
        assert_eq!(theirs.sync_name("same").await.code(), (400, "DATASOURCE_NAME_ERROR"));
        assert_eq!(theirs.progress("same").await.code(), (400, "DATASOURCE_NAME_ERROR"));

        // The id of ours is of no use to them.
        let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
        let tenant = store.organisation("ours").await.expect("look-up").expect("there").tenant;
        let id = store.datasource(tenant, "same").await.expect("look-up").expect("there").uuid.to_string();
        assert_eq!(theirs.sync(json!({"datasourceId": id})).await.code(), (400, "DATASOURCE_ID_ERROR"));

        theirs.create(&other.body("same")).await.ok();
        assert_eq!(theirs.progress("same").await.ok()["status"]["progress"], "0/0");
        assert_eq!(ours.progress("same").await.ok()["status"]["progress"], "1/1");
        theirs.update(&other.body("same")).await.ok();
        theirs.sync_name("same").await.ok();
        theirs.delete("same").await.ok();
        assert_eq!(ours.names().await, ["same"]);
        assert_eq!(ours.sync_name("same").await.status, 200);
        assert_eq!(ours.progress("same").await.ok()["status"]["progress"], "1/1");
    }
}
