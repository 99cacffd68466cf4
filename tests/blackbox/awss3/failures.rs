//! Broken set-ups: each with the step, code, field and remedy that are said about it.
//!
//! Peers: moto-enforcing.

use serde_json::{Value, json};

use super::{body, fake};
use crate::fakes::http::{Reply, serve};
use crate::fakes::s3::{Elsewhere, Fake};
use crate::support::Setup;
use crate::support::cache::cached;
use crate::support::closed_port;
use crate::support::diagnose::{Broken, with};
use crate::support::peers::variable;

const KEY: &str = "check accessKeyId: there is no such key, it is inactive, or the account has not enabled the region";
const SECRET: &str = "check secretAccessKey, and the clock of this server";
const LIST: &str = "allow s3:ListBucket in a policy of the key's user in IAM, and in the bucket's own policy";

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    let (_held, closed) = closed_port();
    let closed = format!("http://127.0.0.1:{closed}");
    for (case, changes, step, code, field, remedy) in [
        ("key", json!({"accessKeyId": "AKIAOTHER"}), "authenticate", "AUTHENTICATION_FAILED", Some("accessKeyId"), KEY),
        ("secret", json!({"secretAccessKey": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("secretAccessKey"), SECRET),
        ("bucket", json!({"bucket": "nowhere"}), "bucket", "BUCKET_NOT_FOUND", Some("bucket"), "check bucket"),
        ("region", json!({"region": "us-east-1"}), "bucket", "WRONG_REGION", Some("region"), "set region to eu-west-1"),
        (
            "another bucket's path",
            json!({"path": "s3://other/x"}),
            "bucket",
            "BUCKET_NOT_FOUND",
            Some("path"),
            "path names another bucket than bucket does: give the path alone",
        ),
        (
            "closed port",
            json!({"endpoint": closed}),
            "connect",
            "CONNECTION_REFUSED",
            Some("endpoint"),
            "check region and endpoint, and that the server is running",
        ),
        (
            "metadata service",
            json!({"endpoint": "http://169.254.169.254"}),
            "policy",
            "TARGET_DENIED",
            Some("region"),
            "ask the operator of this server to allow it",
        ),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
    let malformed = Fake { elsewhere: Elsewhere::Malformed, ..fake() }.start().await;
    let changes = json!({"region": "us-east-1"});
    Broken { case: "region", changes, step: "bucket", code: "WRONG_REGION", field: Some("region"), remedy: "set region to eu-west-1" }
        .check(&client, &body(malformed.port, &json!({})))
        .await;
    let denied = Fake { failing: vec![("", 403, "AccessDenied")], ..fake() }.start().await;
    Broken { case: "list", changes: json!({}), step: "list", code: "NO_PRIVILEGE", field: Some("accessKeyId"), remedy: LIST }
        .check(&client, &body(denied.port, &json!({})))
        .await;
    // What is no matter of one object ends the read.
    let broken = Fake { failing: vec![("people.csv", 500, "InternalError")], ..fake() }.start().await;
    Broken { case: "read", changes: json!({}), step: "read", code: "NOT_READY", field: None, remedy: "try again later" }
        .check(&client, &body(broken.port, &json!({})))
        .await;
}

/// A third party's emulator that checks signatures and policies says the same.
#[tokio::test]
async fn an_emulator_that_checks() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let port = variable("HEADWATER_TEST_S3_ENFORCING_PORT").parse().expect("port");
    let (key, secret) = (variable("HEADWATER_TEST_S3_ENFORCING_KEY"), variable("HEADWATER_TEST_S3_ENFORCING_SECRET"));
    let sound = with(&body(port, &json!({})), &json!({"bucket": "open", "accessKeyId": key, "secretAccessKey": secret}));
    for (case, changes, step, code, field, remedy) in [
        ("key", json!({"accessKeyId": "AKIAOTHER"}), "authenticate", "AUTHENTICATION_FAILED", "accessKeyId", KEY),
        ("secret", json!({"secretAccessKey": "no"}), "authenticate", "AUTHENTICATION_FAILED", "secretAccessKey", SECRET),
        ("policy", json!({"bucket": "shut"}), "list", "NO_PRIVILEGE", "accessKeyId", LIST),
    ] {
        Broken { case, changes, step, code, field: Some(field), remedy }.check(&client, &sound).await;
    }
    client.create(&sound).await.ok();
    assert_eq!(cached(&setup, "x").await.len(), 1);
}

/// Answers that are none of the service's.
#[tokio::test]
async fn statuses() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let protocol = "check endpoint and datasourceType";
    for (status, text, code, field, remedy) in [
        (200, "<html>", "PROTOCOL_ERROR", Some("endpoint"), protocol),
        (403, "<html>", "PROTOCOL_ERROR", Some("endpoint"), protocol),
        (503, "<html>", "NOT_READY", None, "try again later"),
    ] {
        let running = serve(move |_, _| Reply::Whole(status, vec![], text.to_owned())).await;
        Broken { case: text, changes: json!({}), step: "authenticate", code, field, remedy }
            .check(&client, &body(running.port, &json!({})))
            .await;
    }
}

/// Threats S12 and S13: what becomes part of a host name has a grammar, and nothing stands in for keys that are not given.
#[tokio::test]
async fn s12_s13_refused_before_anything_is_sent() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    let bucket = "\"credentials.bucket\" must be the name of a bucket: ARNs, access points and their aliases are not supported";
    let region = "\"credentials.region\" must be the code of an AWS region, for example eu-west-1";
    let path = "\"credentials.path\" must be a path within the bucket, or s3://bucket/path";
    for (changes, message) in [
        (json!({"bucket": "arn:aws:s3:eu-west-1:1:accesspoint/x"}), bucket),
        (json!({"bucket": "name-abc-s3alias"}), bucket),
        (json!({"bucket": "x--euw1-az1--x-s3"}), bucket),
        (json!({"bucket": "a@evil.tld/"}), bucket),
        (json!({"bucket": "evil.tld/#"}), bucket),
        (json!({"region": "x.evil.tld/#"}), region),
        (json!({"path": "a\nb"}), path),
        (json!({"tableLevel": "folder"}), "\"credentials.tableLevel\" must be one of [File, Folder]"),
        (json!({"secretAccessKey": Value::Null}), "\"credentials.secretAccessKey\" is required"),
    ] {
        let answer = client.create(&body(running.port, &changes)).await;
        assert_eq!((answer.status, answer.message()), (400, message), "{changes}");
    }
    assert_eq!(running.requests().len(), 0);
}
