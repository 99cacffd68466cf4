//! Keys and servers that mean no good.

use std::time::Duration;

use serde_json::{Value, json};

use super::{body, fake, server};
use crate::fakes::bigquery::key_file;
use crate::fakes::http::{self, Reply, Request, serve};
use crate::support::Setup;
use crate::support::cache::{cached, summary};
use crate::support::diagnose::outcome;

/// What a server has for every request but that for a token.
type Answer = Box<dyn Fn(&Request) -> Reply + Send + Sync>;

/// Threat S11: a key that would have a client read files, run programs or ask other hosts is refused with its field, and nobody hears of it.
#[tokio::test]
async fn s11_no_packet_for_other_keys() {
    let setup = Setup::sqlite().await;
    let running = fake().start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    let elsewhere = format!("http://127.0.0.1:{}/token", running.port);
    for (changes, text) in [
        (
            json!({"type": "external_account", "credential_source": {"file": "/etc/passwd"}}),
            "\"credentials.credentialsJson.type\" must be one of [service_account]",
        ),
        (
            json!({"credential_source": {"executable": {"command": "/usr/bin/touch /tmp/x"}}}),
            "\"credentials.credentialsJson.credential_source\" is not part of a service account's key: only such keys are taken",
        ),
        (json!({"token_uri": elsewhere}), "\"credentials.credentialsJson.token_uri\" must be one of [https://oauth2.googleapis.com/token]"),
        (json!({"universe_domain": "evil.example"}), "\"credentials.credentialsJson.universe_domain\" must be one of [googleapis.com]"),
        (json!({"client_email": null}), "\"credentials.credentialsJson.client_email\" is required"),
    ] {
        for key in [key_file(&changes), json!(key_file(&changes).to_string())] {
            let answer = client.create(&body(&json!({"credentialsJson": key}))).await;
            assert_eq!((answer.code(), answer.message()), ((400, "INVALID_REQUEST_BODY"), text));
        }
    }
    let none = client.create(&body(&json!({"credentialsJson": "/etc/passwd"}))).await;
    assert_eq!(none.message(), "\"credentials.credentialsJson\" must be the JSON key of a service account, as Google made it");
    assert!(running.requests().is_empty());
}

fn token(request: &Request) -> Option<Reply> {
    (request.path == "/token").then(|| http::json(200, &json!({"access_token": "t"})))
}

/// Threats R5, R6: lists without end, circles, huge and deep answers, redirects, silence.
#[tokio::test]
async fn r5_r6_answers_without_measure() {
    let setup = Setup::sqlite().await;
    let rows: Vec<(&str, Answer, &str)> = vec![
        ("circle", Box::new(|_| http::json(200, &json!({"datasets": [], "nextPageToken": "again"}))), "PROTOCOL_ERROR"),
        ("large", Box::new(|_| Reply::Whole(200, vec![], format!("{{\"datasets\":\"{}\"}}", "x".repeat(20 << 20)))), "ANSWER_TOO_LARGE"),
        ("deep", Box::new(|_| Reply::Whole(200, vec![], format!("{{\"datasets\":{}", "[".repeat(100_000)))), "PROTOCOL_ERROR"),
        ("no JSON", Box::new(|_| Reply::Whole(200, vec![], "<html>canary".to_owned())), "PROTOCOL_ERROR"),
        (
            "redirect",
            Box::new(|_| Reply::Whole(302, vec![("Location", "http://169.254.169.254/".to_owned())], String::new())),
            "REDIRECTED",
        ),
        ("silence", Box::new(|_| Reply::Silence), "TIMED_OUT"),
    ];
    for (case, reply, code) in rows {
        let running = serve(move |_, request| token(request).unwrap_or_else(|| reply(request))).await;
        let (server, client) = server(&setup, running.port, running.port, &[("HEADWATER_TEST_TIMEOUT", "3s")]);
        assert_eq!(outcome(&client, &body(&json!({}))).await, (json!("database"), json!(code)), "{case}");
        assert!(!server.log().contains("canary") && !server.log().contains("panicked"), "{case}");
    }
    let odd = serve(|_, request| if request.path == "/token" { Reply::Endless(vec![b'x'; 1 << 16]) } else { Reply::Silence }).await;
    let (_server, client) = server(&setup, odd.port, odd.port, &[]);
    assert_eq!(outcome(&client, &body(&json!({}))).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
}

/// Threat R6: pages that go on with new tokens end at the deadline or at a cap, and nothing is stored.
#[tokio::test]
async fn r6_pages_without_end() {
    let setup = Setup::sqlite().await;
    let endless = serve(|_, request| {
        token(request).unwrap_or_else(|| {
            let n = request.path.rsplit('=').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
            http::json(200, &json!({"datasets": [], "nextPageToken": (n + 1).to_string()}))
        })
    })
    .await;
    let (_server, client) = server(&setup, endless.port, endless.port, &[]);
    let (step, code) = outcome(&client, &body(&json!({}))).await;
    assert!(step == "database" && (code == "ANSWER_TOO_LARGE" || code == "TIMED_OUT"), "{code}");
    assert!(endless.requests().len() <= 2_010);
    assert_eq!(client.names().await, [""; 0]);
}

/// Threat R5: definitions that are not what they should be cost their tables; those that unfold to a hundred times their size, too.
#[tokio::test]
async fn r5_definitions() {
    let setup = Setup::sqlite().await;
    let replies = |name: &str| match name {
        "dense" => format!("{{\"schema\":{{\"fields\":[{}{{\"name\":\"z\"}}]}}}}", "{\"name\":\"a\"},".repeat(1_000_000)),
        "strings" => format!("{{\"clustering\":{{\"fields\":[{}\"\"]}}}}", "\"\",".repeat(5_000_000)),
        "deep" => format!("{{\"schema\":{}", "{\"fields\":[{\"name\":\"a\",\"fields\":[".repeat(10_000)),
        "numbers" => json!({"schema": {"fields": [{"name": 7, "type": {}}]}}).to_string(),
        "list" => json!([1, 2]).to_string(),
        "odd" => {
            json!({"schema": {"fields": [{"name": "a", "type": "STRING", "mode": "?", "maxLength": {}, "precision": [1], "fields": []}]},
            "numRows": "-1", "clustering": {"fields": ["nowhere"]}})
            .to_string()
        }
        _ => json!({"schema": {"fields": [{"name": "id", "type": "INTEGER"}]}}).to_string(),
    };
    let names = ["deep", "dense", "list", "numbers", "odd", "sound", "strings"];
    let sound = fake();
    let running = serve(move |port, request| {
        if let Some((_, name)) = request.path.split_once("/tables/") {
            return Reply::Whole(200, vec![], replies(name.split('?').next().unwrap_or_default()));
        }
        if request.path.contains("/tables?") {
            let tables = names.map(|name| json!({"type": "TABLE", "tableReference": {"tableId": name}}));
            return http::json(200, &json!({"tables": tables}));
        }
        sound.answer(port, request)
    })
    .await;
    let (server, client) = server(&setup, running.port, running.port, &[]);
    client.create(&body(&json!({"datasetId": "sales"}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(tables.iter().map(|t| t["table"].as_str().expect("a name")).collect::<Vec<_>>(), ["odd", "sound"]);
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["partial"], &summary["notes"].as_array().map(Vec::len)), (&json!(["tables"]), &Some(5)));
    assert!(server.peak() < 300, "{} MiB", server.peak());
}

/// Threat R5: a million datasets are too many.
#[tokio::test]
async fn r5_datasets() {
    let setup = Setup::sqlite().await;
    let running = serve(|_, request| {
        token(request).unwrap_or_else(|| {
            let n = request.path.rsplit('=').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
            let datasets: Vec<_> = (0..1_000)
                .map(|i| json!({"location": "EU", "datasetReference": {"datasetId": format!("{n}_{i}_{}", "x".repeat(1_000))}}))
                .collect();
            http::json(200, &json!({"datasets": datasets, "nextPageToken": (n + 1).to_string()}))
        })
    })
    .await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    assert_eq!(outcome(&client, &body(&json!({}))).await, (json!("database"), json!("ANSWER_TOO_LARGE")));
    assert!(running.requests().len() < 20, "{}", running.requests().len());
}

/// Threat L4: nothing that the server says comes out; a failure in the middle of a read stores nothing.
#[tokio::test]
async fn l4_no_text_of_the_server() {
    let setup = Setup::sqlite().await;
    let sound = fake();
    let running = serve(move |port, request| {
        if request.path.contains("fields=") {
            return Reply::Late(Duration::from_millis(1), Box::new(http::json(401, &json!({"error": {"message": "canary<script>"}}))));
        }
        sound.answer(port, request)
    })
    .await;
    let (server, client) = server(&setup, running.port, running.port, &[]);
    let answer = client.create(&body(&json!({"datasetId": "sales"}))).await;
    assert_eq!(answer.code(), (500, "SCHEMA_CACHE_FAILED"));
    assert!(!answer.text.contains("canary") && !server.log().contains("canary"));
    assert_eq!((client.names().await, Value::Null), (vec![], Value::Null));
}
