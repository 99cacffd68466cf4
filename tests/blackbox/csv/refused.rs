//! What is not taken, and that it costs nothing else.

use std::io::Write;

use serde_json::json;

use super::{body, form, kept, send, stored, upload};
use crate::support::Setup;
use crate::support::cache::{cached, columns};
use crate::support::process::BOTH_STORES;

#[tokio::test]
async fn a_bad_file_is_refused_alone() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        client.create(&body()).await.ok();
        let bad: [(&str, &[u8]); 4] =
            [("empty.csv", b""), ("picture.csv", b"\x89PNG\r\n\x1a\nxxxxxxxxxxxxx"), ("broken.gz", b"\x1f\x8b\x08xx"), ("", b"a,b\n1,2\n")];
        let refused = upload(&client, &bad).await;
        assert_eq!(refused.code(), (400, "INVALID_REQUEST_BODY"), "{}", refused.text);
        let some = upload(&client, &[&bad[..], &[("good.csv", b"a,b\n1,2\n"), ("good.csv", b"c,d\n1,2\n")]].concat()).await.ok();
        assert_eq!(some["tables"], json!(["good"]));
        let mut told: Vec<_> = some["warnings"]
            .as_array()
            .expect("warnings")
            .iter()
            .map(|w| (w["object"].as_str().expect("a name"), w["code"].as_str().expect("a code")))
            .collect();
        told.sort_unstable();
        let expected = [
            ("", "FILE_NAME"),
            ("broken.gz", "FILE_MALFORMED"),
            ("empty.csv", "FILE_EMPTY"),
            ("good.csv", "FILE_NAME"),
            ("picture.csv", "FILE_UNKNOWN"),
        ];
        assert_eq!(told.iter().map(|(object, _)| *object).collect::<Vec<_>>(), expected.map(|(object, _)| object), "{told:?}");
        for (found, expected) in told.iter().zip(expected).filter(|(found, _)| found.0 != "broken.gz") {
            assert_eq!(*found, expected);
        }
        assert_eq!(kept(&setup), 1);
    }
}

#[tokio::test]
async fn limits() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_MAX_FILE", "1000"), ("HEADWATER_MAX_FILES", "2"), ("HEADWATER_MAX_FILE_BYTES", "1500")]);
    let client = server.client(&setup.token("acme"));
    client.create(&body()).await.ok();
    let (large, half) = ("a,b\n".repeat(300), "a,b\n".repeat(200));
    let answer = upload(&client, &[("large.csv", large.as_bytes()), ("small.csv", b"a,b\n1,2\n")]).await.ok();
    assert_eq!(answer["warnings"][0]["code"], "FILE_TOO_LARGE", "{answer}");
    let full = upload(&client, &[("one.csv", half.as_bytes()), ("two.csv", half.as_bytes())]).await;
    assert!(full.code() == (400, "INVALID_REQUEST_BODY") && full.message().contains("HEADWATER_MAX_FILE_BYTES"), "{}", full.text);
    let many = upload(&client, &[("one.csv", b"a,b\n1,2\n"), ("two.csv", b"a,b\n1,2\n")]).await;
    assert!(many.code() == (400, "INVALID_REQUEST_BODY") && many.message().contains("HEADWATER_MAX_FILES"), "{}", many.text);
    assert_eq!((kept(&setup), cached(&setup, "x").await.len()), (1, 1));
    let whole = send(&client, vec![b'x'; 3 << 20]).await;
    assert_eq!(whole.code(), (413, "INVALID_REQUEST_BODY"), "{}", whole.text);
}

#[tokio::test]
async fn forms_that_are_none() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    client.create(&body()).await.ok();
    let json = client.request(reqwest::Method::POST, "/api/v2/datasource/upload").json(&json!({"datasourceName": "x"}));
    assert_eq!(client.send(json).await.message(), "Content-Type must be multipart/form-data, with a boundary");
    assert_eq!(send(&client, form(&[("files", Some("a.csv"), b"a,b\n1,2\n")])).await.message(), "\"datasourceName\" is required");
    assert_eq!(upload(&client, &[]).await.message(), "\"files\" is required");
    assert_eq!(send(&client, b"nonsense".to_vec()).await.code(), (400, "INVALID_REQUEST_BODY"));
    let ignored = send(&client, form(&[("datasourceName", None, b"x"), ("other", None, b"y"), ("f", Some("a.csv"), b"a,b\n1,2\n")])).await;
    assert_eq!((ignored.status, &ignored.headers["headwater-ignored-fields"]), (200, &"other".parse().expect("a value")));
    assert_eq!(kept(&setup), 1);
}

/// Threats L6 and L7: whatever a file is called, it lies under an id of ours in its organisation's folder.
#[tokio::test]
async fn l6_names_are_no_paths() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    client.create(&body()).await.ok();
    let names = ["../../escaped.csv", "/etc/passwd", "..\\..\\x.csv", "%2e%2e/y.csv", "a/./../b.csv", "~", "file:///etc/shadow"];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"a,b\n1,2\n"[..])).collect();
    let answer = upload(&client, &files).await.ok();
    assert_eq!(answer["tables"], json!(["..\\..\\x", "b", "escaped", "passwd", "shadow", "y", "~"]));
    assert_eq!(kept(&setup), names.len());
    for file in stored(&setup) {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(name.parse::<uuid::Uuid>().is_ok(), "{name:?}");
    }
}

/// Threat L7: what is written where a path could stand is never one of this machine's.
#[tokio::test]
async fn l7_no_local_paths() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let path = setup.folder.path().join("secret.csv");
    std::fs::write(&path, "secret,b\n1,2\n").expect("written");
    let path = path.to_str().expect("a path");
    let credentials = json!({"name": "x", "host": path, "path": path, "database": path, "file": path, "files": [path]});
    let created = client.create(&json!({"datasourceType": "csv", "credentials": credentials})).await;
    created.clone().ok();
    assert!(created.headers.contains_key("headwater-ignored-fields"), "{:?}", created.headers);
    // A file by its place, as a field without content of its own.
    let by_place = send(&client, form(&[("datasourceName", None, b"x"), ("files", None, path.as_bytes())])).await;
    assert_eq!(by_place.message(), "\"files\" is required (unknown keys: files)");
    for place in [path, &format!("file://{path}"), "/proc/self/environ"] {
        // By its name, and by a content that names it.
        upload(&client, &[(place, b"a,b\n1,2\n"), ("link.csv", format!("path\n{place}\n").as_bytes())]).await.ok();
    }
    client.sync_name("x").await.ok();
    let tables = serde_json::to_string(&cached(&setup, "x").await).expect("json");
    assert!(tables.contains("environ") && !tables.contains("PATH") && !tables.contains("\"secret\",\"nativeType"), "{tables}");
    for table in cached(&setup, "x").await {
        assert!(columns(&table).iter().all(|column| !column.starts_with("secret:")), "{table}");
    }
}

/// Of a job's notes only the first hundred are kept: no fault goes untold for it.
#[tokio::test]
async fn every_fault_is_told() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    client.create(&body()).await.ok();
    // Two notes each, for the encoding and for the end that is missing, and the bad ones last.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"na\xefve,b\n1,2\n3,4\n").expect("memory");
    let packed = packer.finish().expect("memory");
    let odd = &packed[..packed.len() - 8];
    let names: Vec<_> = (0..100).map(|n| format!("{n:02}.csv")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().enumerate().map(|(n, name)| (name.as_str(), if n < 60 { odd } else { b"" })).collect();
    let answer = upload(&client, &files).await.ok();
    let count = |code: &str| answer["warnings"].as_array().expect("warnings").iter().filter(|w| w["code"] == code).count();
    assert_eq!((count("FILE_READ"), count("FILE_EMPTY"), answer["tables"].as_array().map(Vec::len)), (120, 40, Some(60)));
}
