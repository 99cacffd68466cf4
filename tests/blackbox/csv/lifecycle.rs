//! Create, upload, replace, update, sync, delete.

use serde_json::json;

use super::{body, form, kept, send, stored, upload};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named};
use crate::support::process::BOTH_STORES;

#[tokio::test]
async fn files_stay_until_they_are_replaced_or_deleted() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        assert_eq!(upload(&client, &[("a.csv", b"a,b\n1,2\n")]).await.code(), (400, "DATASOURCE_NAME_ERROR"));
        assert_eq!(kept(&setup), 0, "what came for nobody is gone");
        client.create(&body()).await.ok();
        assert_eq!(client.create(&body()).await.code(), (400, "DATASOURCE_NAME_ERROR"));
        assert_eq!(client.sync_name("x").await.ok()["data"]["message"], "Sync completed");
        upload(&client, &[("a.csv", b"a,b\n1,2\n"), ("b.csv", b"c\n1\n")]).await.ok();
        upload(&client, &[("a.csv", b"other,b\n1.5,2\n")]).await.ok();
        assert_eq!(kept(&setup), 2, "the replaced one is gone");
        assert_eq!(columns(named(&cached(&setup, "x").await, "a"))[0], "other: float → float");
        client.update(&body()).await.ok();
        client.sync_name("x").await.ok();
        assert_eq!((cached(&setup, "x").await.len(), kept(&setup)), (2, 2));
        let details = client.get("/api/v2/datasource/details?datasourceName=x").await.ok();
        assert_eq!((&details["data"]["status"], &details["data"]["server"]["product"]), (&json!("connected"), &json!("Uploaded files")));

        // Threat S9: another organisation has its own, and a read token changes nothing.
        let other = server.client(&setup.token("other"));
        assert_eq!(upload(&other, &[("a.csv", b"a\n1\n")]).await.code(), (400, "DATASOURCE_NAME_ERROR"));
        let reader = client.with_token(&setup.run(&["token", "create", "--org", "acme", "--scope", "read"]));
        assert_eq!(upload(&reader, &[("a.csv", b"a\n1\n")]).await.code(), (401, "AUTHENTICATION_ERROR"));

        // The name may come last.
        send(&client, form(&[("files", Some("z.csv"), b"a,b\n1,2\n"), ("datasourceName", None, b"x")])).await.ok();
        client.delete("x").await.ok();
        assert_eq!(kept(&setup), 0);
        client.create(&body()).await.ok();
        assert_eq!(cached(&setup, "x").await.len(), 0);
    }
}

/// A file store that is away fails the job, and costs nothing of what is known.
#[tokio::test]
async fn without_its_files() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    client.create(&body()).await.ok();
    upload(&client, &[("a.csv", b"a,b\n1,2\n")]).await.ok();
    std::fs::rename(setup.folder.path().join("files"), setup.folder.path().join("away")).expect("moved");
    let failed = client.sync_name("x").await;
    assert_eq!(failed.code(), (500, "INTERNAL_SERVER_ERROR"));
    assert!(failed.message().contains("cannot read the uploaded files"), "{}", failed.text);
    assert_eq!(cached(&setup, "x").await.len(), 1);
    std::fs::rename(setup.folder.path().join("away"), setup.folder.path().join("files")).expect("moved");
    client.sync_name("x").await.ok();
    // A disk that lost the end of a file: not another schema, and no smaller one.
    for lost in [3, 0] {
        std::fs::OpenOptions::new().write(true).open(&stored(&setup)[0]).and_then(|file| file.set_len(lost)).expect("cut");
        let expected = [(500, "INTERNAL_SERVER_ERROR"), (500, "SCHEMA_CACHE_FAILED")];
        for (answer, code) in [client.sync_name("x").await, client.update(&body()).await].into_iter().zip(expected) {
            assert_eq!(answer.code(), code, "{}", answer.text);
            assert!(answer.message().contains("cannot read the uploaded files"), "{}", answer.text);
        }
        assert_eq!(cached(&setup, "x").await.len(), 1);
    }
    // What is uploaded anew mends it.
    upload(&client, &[("a.csv", b"a,b\n1,2\n")]).await.ok();
    client.sync_name("x").await.ok();
}
