//! Hostile services, and a machine that offers keys of its own.
//!
//! Peers: store.

use serde_json::{Value, json};

use super::{body, fake};
use crate::fakes::http::{Reply, serve};
use crate::fakes::s3::KEY;
use crate::support::Setup;
use crate::support::diagnose::{diagnose, failed, outcome, with};
use crate::support::process::BOTH_STORES;

/// Threat S13: keys, profiles, endpoints and a metadata service of the machine's are not looked at.
#[tokio::test]
async fn s13_no_ambient_credentials() {
    let setup = Setup::sqlite().await;
    let metadata = serve(|_, _| Reply::Whole(200, vec![], "stolen".to_owned())).await;
    let base = format!("http://127.0.0.1:{}", metadata.port);
    let server = setup.start_with(&[
        ("AWS_ACCESS_KEY_ID", "AKIAAMBIENT"),
        ("AWS_SECRET_ACCESS_KEY", "ambient"),
        ("AWS_SESSION_TOKEN", "ambient-token"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &base),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &base),
        ("AWS_ENDPOINT_URL", &base),
        ("AWS_ENDPOINT_URL_S3", &base),
        ("AWS_S3_USE_ARN_REGION", "true"),
        ("HTTP_PROXY", &base),
        ("HTTPS_PROXY", &base),
    ]);
    let client = server.client(&setup.token("acme"));
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    for missing in [json!({"accessKeyId": " "}), json!({"secretAccessKey": " "}), json!({"accessKeyId": Value::Null})] {
        assert_eq!(client.create(&body(running.port, &missing)).await.status, 400);
    }
    assert!(running.requests().len() > 3);
    for request in running.requests() {
        let head = request.head.to_lowercase();
        assert!(request.head.contains(&format!("Credential={}/", KEY.0)) && head.contains("/eu-west-1/s3/"), "{head}");
        assert!(!head.contains("ambient") && !head.contains("security-token"));
    }
    assert_eq!(metadata.requests().len(), 0, "nobody else was asked");
}

fn list(inner: &str) -> Reply {
    Reply::Whole(200, vec![], format!("<ListBucketResult><Name>data</Name>{inner}</ListBucketResult>"))
}

/// Threats S10, R5 and R6: pages without end, answers without end, keys that were not asked for, redirects.
#[tokio::test]
async fn s10_r6_endless_answers() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "20s"), ("HEADWATER_READ_TIMEOUT", "6s")]);
    let client = server.client(&setup.token("acme"));
    let same = serve(|_, _| list("<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>")).await;
    assert_eq!(outcome(&client, &body(same.port, &json!({}))).await, (json!("read"), json!("PROTOCOL_ERROR")));
    let outside = serve(|_, _| list("<Contents><Key>other/x</Key><Size>1</Size></Contents>")).await;
    assert_eq!(outcome(&client, &body(outside.port, &json!({"path": "mine"}))).await, (json!("read"), json!("PROTOCOL_ERROR")));
    let endless = serve(|_, _| Reply::Endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n    \r\n".to_vec())).await;
    let (step, code) = outcome(&client, &body(endless.port, &json!({}))).await;
    assert!(step == "authenticate" && (code == "ANSWER_TOO_LARGE" || code == "PROTOCOL_ERROR"), "{step} {code}");
    // Whoever ignores the range sends more than is taken, or something else than was asked for.
    let ignoring = serve(|_, request| {
        if request.path.contains("list-type") {
            list("<Contents><Key>a</Key><Size>4</Size></Contents>")
        } else {
            Reply::Whole(200, vec![], "x".repeat(64))
        }
    })
    .await;
    let data = diagnose(&client, &body(ignoring.port, &json!({}))).await;
    let read = data["steps"].as_array().and_then(|steps| steps.last()).expect("a step");
    assert_eq!((&read["status"], &read["notes"][0]["code"]), (&json!("ok"), &json!("FILE_MISSING")), "{data}");
    let trap = serve(|_, _| Reply::Whole(200, vec![], String::new())).await;
    let elsewhere = format!("http://127.0.0.1:{}/", trap.port);
    let redirecting = serve(move |_, _| Reply::Whole(307, vec![("Location", elsewhere.clone())], String::new())).await;
    let (step, code) = outcome(&client, &body(redirecting.port, &json!({}))).await;
    assert_eq!((step, code), (json!("authenticate"), json!("REDIRECTED")));
    assert_eq!(trap.requests().len(), 0);
    let named = serve(|_, _| Reply::Whole(301, vec![("x-amz-bucket-region", "x.evil.tld/<script>".to_owned())], String::new())).await;
    assert!(!diagnose(&client, &body(named.port, &json!({}))).await.to_string().contains("evil"));
    assert!(!server.log().contains("panicked"));
}

/// Threats L1 and L4: the secret and what a service says are nowhere, and the secret never goes out.
#[tokio::test]
async fn l1_l4_secrets_and_texts_appear_nowhere() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let server = setup.start_with(&[("HEADWATER_LOG", "trace")]);
        let client = server.client(&setup.token("acme"));
        let running = fake().start().await;
        let mut answers = client.create(&body(running.port, &json!({}))).await.ok().to_string();
        answers += &client.sync_name("x").await.text;
        for wrong in [
            json!({"secretAccessKey": format!("{}canary", KEY.1)}),
            json!({"bucket": "nowhere"}),
            json!({"region": "us-east-1"}),
            json!({"region": KEY.1}),
            json!({"endpoint": KEY.1}),
        ] {
            answers += &client.update(&body(running.port, &wrong)).await.text;
            answers += &client.create(&with(&body(running.port, &wrong), &json!({"name": "y"}))).await.text;
        }
        answers += &client.get("/api/v2/datasource").await.text;
        let sent: String = running.requests().iter().map(|r| r.head.clone() + &r.body).collect();
        for (place, text) in [("answers", &answers), ("log", &server.log()), ("store", &setup.dump().await), ("requests", &sent)] {
            assert!(text.len() > 100, "{place} is not empty");
            assert!(!text.contains(KEY.1) && !text.contains("canary"), "the {place} hold a secret or the service's text");
        }
    }
}

/// A silent service ends at the deadline.
#[tokio::test]
async fn r6_silence() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "1s")]);
    let client = server.client(&setup.token("acme"));
    let silent = serve(|_, _| Reply::Silence).await;
    let data = diagnose(&client, &body(silent.port, &json!({}))).await;
    assert_eq!((&failed(&data)["step"], &failed(&data)["code"]), (&json!("authenticate"), &json!("TIMED_OUT")));
}
