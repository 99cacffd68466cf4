//! Files that are replaced or deleted while a job reads them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::{body, kept, stored, upload};
use crate::support::cache::{cached, columns, named};
use crate::support::process::BOTH_STORES;
use crate::support::{Answer, Client, Setup};

/// Puts a pipe where the only file is: whoever opens it waits. Its other name stays when that file is removed.
fn stop_readers(setup: &Setup) -> PathBuf {
    let [file] = &*stored(setup) else { panic!("one file") };
    let other = setup.folder.path().join(format!("pipe-{}", uuid::Uuid::new_v4()));
    assert!(Command::new("mkfifo").arg(&other).status().expect("mkfifo").success());
    std::fs::remove_file(file).expect("removed");
    std::fs::hard_link(&other, file).expect("linked");
    other
}

/// Lets whoever waits for the pipe go on. From a pipe nothing can be read at a place: it is as if the file were gone.
async fn let_go(pipe: &Path) {
    let pipe = pipe.to_owned();
    tokio::task::spawn_blocking(move || std::fs::OpenOptions::new().write(true).open(pipe).expect("a reader")).await.expect("opened");
}

/// Starts a job that stands in the middle of its read, and does something meanwhile; the job's answer.
async fn meanwhile(setup: &Setup, job: impl Future<Output = Answer> + Send + 'static, other: impl AsyncFnOnce()) -> Answer {
    let pipe = stop_readers(setup);
    let job = tokio::spawn(job);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!job.is_finished(), "it waits");
    other().await;
    assert!(!job.is_finished(), "it still waits");
    let_go(&pipe).await;
    job.await.expect("an answer")
}

async fn diagnosed(client: Client) -> Answer {
    let request = client.request(reqwest::Method::POST, "/api/v2/datasource/test").json(&json!({"datasourceName": "x"}));
    client.send(request).await
}

/// A job on files that were replaced reads the new ones; its own are no fault of anybody's.
#[tokio::test]
async fn replaced() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        client.create(&body()).await.ok();
        upload(&client, &[("a.csv", b"old,b\n1,2\n")]).await.ok();
        let newest = async |column: &str| {
            assert_eq!(
                columns(named(&cached(&setup, "x").await, "a")),
                [format!("{column}: integer → integer"), "b: integer → integer".to_owned()]
            );
            assert_eq!(kept(&setup), 1, "the replaced ones are gone");
        };
        let replace = |name: &str| {
            let (client, text) = (client.clone(), format!("{name},b\n1,2\n"));
            async move || drop(upload(&client, &[("a.csv", text.as_bytes())]).await.ok())
        };

        let job = client.clone();
        let answer = meanwhile(&setup, async move { job.sync_name("x").await }, replace("sync")).await;
        assert_eq!(answer.ok()["data"]["message"], "Sync completed");
        newest("sync").await;

        let job = client.clone();
        meanwhile(&setup, async move { job.update(&body()).await }, replace("put")).await.ok();
        newest("put").await;

        let answer = meanwhile(&setup, diagnosed(client.clone()), replace("test")).await.ok();
        assert_eq!((&answer["data"]["success"], &answer["data"]["counts"]["tables"]), (&json!(true), &json!(1)), "{answer}");
        newest("test").await;

        // An upload of another file, which reads the one that is there, too.
        let job = client.clone();
        let answer = meanwhile(&setup, async move { upload(&job, &[("b.csv", b"c\n1\n")]).await }, replace("upload")).await.ok();
        assert_eq!(answer["tables"], json!(["a", "b"]));
        assert_eq!((columns(named(&cached(&setup, "x").await, "a"))[0].as_str(), kept(&setup)), ("upload: integer → integer", 2));
    }
}

/// A job on a datasource that was deleted says so, and leaves nothing.
#[tokio::test]
async fn deleted() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let fresh = async || {
            client.create(&body()).await.ok();
            upload(&client, &[("a.csv", b"old,b\n1,2\n")]).await.ok();
        };
        let delete = || async || drop(client.delete("x").await.ok());

        fresh().await;
        let job = client.clone();
        let answer = meanwhile(&setup, async move { job.sync_name("x").await }, delete()).await;
        assert_eq!(answer.code(), (400, "DATASOURCE_ID_ERROR"), "{}", answer.text);

        fresh().await;
        let job = client.clone();
        let answer = meanwhile(&setup, async move { job.update(&body()).await }, delete()).await;
        assert_eq!(answer.code(), (400, "DATASOURCE_NAME_ERROR"), "{}", answer.text);

        fresh().await;
        let answer = meanwhile(&setup, diagnosed(client.clone()), delete()).await;
        assert_eq!(answer.code(), (400, "DATASOURCE_NAME_ERROR"), "{}", answer.text);

        fresh().await;
        let job = client.clone();
        let answer = meanwhile(&setup, async move { upload(&job, &[("b.csv", b"c\n1\n")]).await }, delete()).await;
        assert_eq!(answer.code(), (400, "DATASOURCE_NAME_ERROR"), "{}", answer.text);

        assert_eq!((kept(&setup), client.names().await.len()), (0, 0));
    }
}
