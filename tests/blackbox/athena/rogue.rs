//! Hostile services, and a machine that offers keys of its own.
//!
//! Peers: store.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{body, fake};
use crate::fakes::athena::KEY;
use crate::fakes::http::{Reply, json as answer, serve};
use crate::support::Setup;
use crate::support::diagnose::{diagnose, failed, outcome, with};
use crate::support::process::BOTH_STORES;

/// Threat S13: keys, profiles, endpoints and a metadata service of the machine's are not looked at.
#[tokio::test]
async fn s13_no_ambient_credentials() {
    let setup = Setup::sqlite().await;
    let metadata = serve(|_, _| Reply::Whole(200, vec![], "stolen".to_owned())).await;
    let base = format!("http://127.0.0.1:{}", metadata.port);
    let home = tempfile::tempdir().expect("folder");
    std::fs::create_dir(home.path().join(".aws")).expect("folder");
    let profile = "[default]\naws_access_key_id = AKIAAMBIENT\naws_secret_access_key = ambient\nregion = us-east-1\n";
    std::fs::write(home.path().join(".aws/credentials"), profile).expect("a file");
    std::fs::write(home.path().join(".aws/config"), profile).expect("a file");
    let server = setup.start_with(&[
        ("HOME", home.path().to_str().expect("a path")),
        ("AWS_ACCESS_KEY_ID", "AKIAAMBIENT"),
        ("AWS_SECRET_ACCESS_KEY", "ambient"),
        ("AWS_SESSION_TOKEN", "ambient-token"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &base),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &base),
        ("AWS_ENDPOINT_URL", &base),
        ("AWS_ENDPOINT_URL_ATHENA", &base),
        ("HTTP_PROXY", &base),
        ("HTTPS_PROXY", &base),
    ]);
    let client = server.client(&setup.token("acme"));
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    for missing in [json!({"accessKeyId": " "}), json!({"secretAccessKey": " "}), json!({"accessKeyId": Value::Null})] {
        assert_eq!(client.create(&body(running.port, &missing)).await.status, 400);
    }
    let wrong = client.create(&body(running.port, &json!({"name": "y", "secretAccessKey": "wrong"}))).await;
    assert_eq!(wrong.code(), (400, "CREDENTIAL_TEST_FAILED"));
    assert!(running.requests().len() > 8);
    for request in running.requests() {
        assert!(
            request.head.contains(&format!("Credential={}/", KEY.0)) && request.head.contains("/eu-west-1/athena/"),
            "{}",
            request.head
        );
        assert!(!request.head.to_lowercase().contains("ambient") && !request.head.to_lowercase().contains("security-token"));
    }
    assert_eq!(metadata.requests().len(), 0, "nobody else was asked");
}

/// Threats S10, S12, R5, R6 and L5: pages without end, answers without end, redirects, compression.
#[tokio::test]
async fn s10_r6_endless_answers() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "20s"), ("HEADWATER_READ_TIMEOUT", "6s")]);
    let client = server.client(&setup.token("acme"));
    let group = json!({"WorkGroup": {"Name": "primary", "State": "ENABLED"}});
    // The same token again, and another one each time.
    let same = serve(move |_, request| match request.header("x-amz-target") {
        Some("AmazonAthena.GetWorkGroup") => answer(200, &group),
        Some("AmazonAthena.GetDatabase") => answer(200, &json!({"Database": {"Name": "sales"}})),
        Some("AmazonAthena.ListTableMetadata") => answer(200, &json!({"TableMetadataList": [{"Name": "t"}], "NextToken": "again"})),
        Some("AmazonAthena.StartQueryExecution") => answer(200, &json!({"QueryExecutionId": "q"})),
        _ => answer(200, &json!({"QueryExecution": {"Status": {"State": "SUCCEEDED"}}})),
    })
    .await;
    assert_eq!(outcome(&client, &body(same.port, &json!({}))).await, (json!("read"), json!("PROTOCOL_ERROR")));
    assert!(same.requests().len() < 12);
    let count = AtomicUsize::new(0);
    let more = serve(move |_, request| match request.header("x-amz-target") {
        Some("AmazonAthena.GetWorkGroup") => answer(200, &json!({"WorkGroup": {"Name": "primary"}})),
        Some("AmazonAthena.GetDatabase") => answer(400, &json!({"__type": "MetadataException"})),
        _ => answer(200, &json!({"DatabaseList": [], "NextToken": count.fetch_add(1, Ordering::SeqCst).to_string()})),
    })
    .await;
    let (step, code) = outcome(&client, &body(more.port, &json!({}))).await;
    assert!(step == "database" && (code == "ANSWER_TOO_LARGE" || code == "TIMED_OUT"), "{step} {code}");
    assert!(more.requests().len() <= 10_000, "{}", more.requests().len());
    let trap = serve(|_, _| Reply::Whole(200, vec![], "{}".to_owned())).await;
    let elsewhere = format!("http://127.0.0.1:{}/", trap.port);
    let redirect = serve(move |_, _| Reply::Whole(307, vec![("Location", elsewhere.clone())], String::new())).await;
    assert_eq!(outcome(&client, &body(redirect.port, &json!({}))).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    assert_eq!(trap.requests().len(), 0);
    let large = serve(|_, _| Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n{".to_vec())).await;
    let (step, code) = outcome(&client, &body(large.port, &json!({}))).await;
    assert!(step == "authenticate" && (code == "ANSWER_TOO_LARGE" || code == "PROTOCOL_ERROR"), "{code}");
    let endless = serve(|_, _| Reply::Endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n    \r\n".to_vec())).await;
    let (step, code) = outcome(&client, &body(endless.port, &json!({}))).await;
    assert!(step == "authenticate" && (code == "ANSWER_TOO_LARGE" || code == "PROTOCOL_ERROR"), "{code}");
    let deep = serve(|_, _| Reply::Whole(200, vec![], format!("{{\"WorkGroup\":{}", "[".repeat(100_000)))).await;
    assert_eq!(outcome(&client, &body(deep.port, &json!({}))).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    assert_eq!(client.names().await, [""; 0]);
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
            json!({"database": "nowhere"}),
            json!({"region": KEY.1}),
            json!({"endpoint": KEY.1}),
            json!({"workGroup": "nowhere"}),
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
