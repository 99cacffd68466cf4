//! What a lost server leaves of uploads.

use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::io::AsyncWriteExt;

use super::{body, kept, stored, upload};
use crate::support::Setup;
use crate::support::cache::cached;
use crate::support::process::BOTH_STORES;

/// Makes a file as old as no request is.
fn age(file: &Path) {
    std::fs::OpenOptions::new().write(true).open(file).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH)).expect("aged");
}

async fn becomes(setup: &Setup, count: usize) {
    for _ in 0..500 {
        if kept(setup) == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} files are there, and not {count}", kept(setup));
}

/// SIGKILL in the middle of an upload, and between a file and its row: what no datasource has goes at the next start, once no
/// other server can be at it any more. Files of datasources stay, however old they are.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
async fn what_a_killed_server_leaves_is_swept() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, token) = (setup.start(), setup.token("acme"));
        let client = server.client(&token);
        client.create(&body()).await.ok();
        upload(&client, &[("a.csv", b"a,b\n1,2\n")]).await.ok();
        let mut stream = tokio::net::TcpStream::connect(server.address()).await.expect("connects");
        let head = format!(
            "POST /api/v2/datasource/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 100000\r\n\
             Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"datasourceName\"\r\n\r\nx\r\n\
             --b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.csv\"\r\n\r\na,b\n1,2\n"
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        becomes(&setup, 2).await;
        server.kill();
        assert_eq!(kept(&setup), 2, "the half one is left");
        // One that came whole, and has no row.
        let whole = stored(&setup)[0].with_file_name(uuid::Uuid::new_v4().to_string());
        std::fs::write(&whole, "a,b\n1,2\n").expect("written");

        // Another server may be at it: they are too young.
        let server = setup.start();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(kept(&setup), 3);
        server.kill();

        for file in stored(&setup) {
            age(&file);
        }
        let server = setup.start();
        becomes(&setup, 1).await;
        assert!(server.logged("files that no datasource has are removed"));
        server.client(&token).sync_name("x").await.ok();
        assert_eq!(cached(&setup, "x").await.len(), 1);
        assert!(!whole.exists());
        server.kill();

        // Those of an organisation that was deleted belong to nobody either.
        setup.run(&["org", "delete", "acme", "--yes"]);
        let _server = setup.start();
        becomes(&setup, 0).await;
    }
}

/// A client that goes in the middle leaves nothing, and neither does one that sends nothing any more.
#[tokio::test]
async fn a_client_that_goes_leaves_nothing() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_REQUEST_TIMEOUT", "1s")]);
    let client = server.client(&setup.token("acme"));
    client.create(&body()).await.ok();
    let part = "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.csv\"\r\n\r\na,b\n1,2\n";
    let head = "POST /api/v2/datasource/upload HTTP/1.1\r\nContent-Length: 100000\r\nContent-Type: multipart/form-data; boundary=b\r\n";
    let answer = client.raw(head, part).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(kept(&setup), 0);
}
