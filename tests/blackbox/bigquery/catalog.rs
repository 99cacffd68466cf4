//! What is read.
//!
//! Peers: bqemulator, google.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{body, columns as fields, dataset, fake, server};
use crate::fakes::bigquery::{EMAIL, Fake, claims, key_file};
use crate::fakes::http::{self, serve};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python_of;

/// Google's own client takes the fake for Google, the token included; a key that nobody knows it does not get in with.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_client() {
    let running = fake().start().await;
    let script = "from google.cloud import bigquery
from google.oauth2 import service_account
from google.auth.exceptions import RefreshError
credentials = service_account.Credentials.from_service_account_info(args['key'])
client = bigquery.Client(project='p-1', credentials=credentials, client_options={'api_endpoint': args['api']})
try:
    datasets = sorted(d.dataset_id for d in client.list_datasets())
except RefreshError as e:
    print(json.dumps('refused')); sys.exit()
tables = sorted(t.table_id for t in client.list_tables('p-1.sales'))
orders = client.get_table('p-1.sales.orders')
try:
    list(client.list_tables('p-1.closed')); denied = None
except Exception as e:
    denied = e.errors[0]['reason']
print(json.dumps([datasets, len(tables), orders.num_rows, [f.name for f in orders.schema], orders.time_partitioning.field, denied]))";
    let api = format!("http://127.0.0.1:{}", running.port);
    let here = json!({"token_uri": format!("{api}/token")});
    let wanted = json!([
        ["american", "closed", "more", "sales"],
        10,
        42,
        ["id", "customer", "price", "at", "lines", "valid", "日本"],
        "at",
        "accessDenied"
    ]);
    let run = async |key: Value| python_of("HEADWATER_TEST_GOOGLE_PYTHON", script, &json!({"api": api, "key": key})).await;
    assert_eq!(run(key_file(&here)).await, Ok(wanted));
    let other = with(&json!({"credentials": key_file(&here)}), &json!({"private_key_id": "another"}))["credentials"].clone();
    assert_eq!(run(other).await, Ok(json!("refused")));
}

/// Types, nested fields, keys, days, odd names: a snapshot. Pages are followed, empty ones too; one closed dataset costs itself.
#[tokio::test]
async fn everything_at_once() {
    let setup = Setup::sqlite().await;
    let running = fake().start().await;
    let (server, client) = server(&setup, running.port, running.port, &[]);
    client.create(&body(&json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("bigquery", serde_json::to_string_pretty(&tables).expect("JSON"));
    let summary = summary(&setup, "x").await;
    assert_eq!(summary["partial"], json!(["schemas", "tables"]));
    let told: Vec<_> = summary["notes"].as_array().expect("notes").iter().map(|n| format!("{} {}", n["code"], n["object"])).collect();
    assert_eq!(
        told,
        ["\"DATABASE_UNREADABLE\" \"closed\"", "\"DAYS_COLLAPSED\" \"sales.events_*\"", "\"TABLE_UNREADABLE\" \"sales.locked\""]
    );
    let text = summary["notes"][1]["text"].as_str().expect("a text");
    assert_eq!(text, "3 tables, one for each day from 20240228 to 20240301; its columns are those of the last");
    let requests = running.requests();
    assert!(!requests.iter().any(|r| r.path.contains("20240228?") || r.path.contains("american/tables")), "days and places not asked for");
    assert!(requests.iter().all(|r| r.header("accept-encoding") == Some("identity")));
    let tokens: Vec<_> = requests.iter().filter(|r| r.path == "/token").collect();
    assert_eq!(tokens.len(), 1, "one token for all");
    let (header, said) = claims(&tokens[0].body).expect("an assertion");
    assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "k-1"}));
    let from = said["iat"].as_u64().expect("a time");
    let wanted = json!({"iss": EMAIL, "scope": "https://www.googleapis.com/auth/bigquery.readonly",
        "aud": "https://oauth2.googleapis.com/token", "iat": from, "exp": from + 3_600});
    assert_eq!(said, wanted, "to look at one service, for an hour");
    assert_eq!(tokens[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(requests.iter().all(|r| r.method == if r.path == "/token" { "POST" } else { "GET" }), "no query is run, nothing is changed");
    // Threat L1: neither the key nor what it was changed for is anywhere but in the store, sealed.
    let key = key_file(&json!({}))["private_key"].as_str().expect("a key").lines().nth(3).expect("a line").to_owned();
    for text in [server.log(), setup.dump().await, client.get("/api/v2/datasource").await.text] {
        assert!(!text.contains(&key) && !text.contains("ya29."));
    }
    let data = diagnose(&client, &body(&json!({}))).await;
    assert_eq!((&data["success"], &data["server"]["product"]), (&json!(true), &json!("BigQuery")));
    let same = client.sync_name("x").await;
    assert_eq!(same.ok(), json!({"data": {"message": "Sync completed"}}));
}

/// The key as object, as text, as a text in a text, with ends of lines escaped once more; one dataset by name.
#[tokio::test]
async fn keys_in_every_wrapping() {
    let setup = Setup::sqlite().await;
    let running = fake().start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    let key = key_file(&json!({}));
    let escaped = key["private_key"].as_str().expect("a key").replace('\n', "\\n");
    for (n, wrapped) in
        [key.clone(), json!(key.to_string()), json!(json!(key.to_string()).to_string()), key_file(&json!({"private_key": escaped}))]
            .into_iter()
            .enumerate()
    {
        let changes = json!({"name": format!("x{n}"), "credentialsJson": null, "service_account_key": wrapped, "dataset": "more"});
        client.create(&body(&changes)).await.ok();
        assert_eq!(summary(&setup, &format!("x{n}")).await["tables"], 0);
    }
}

/// Two thousand tables: a request each, and the pages of one list.
#[tokio::test]
async fn requests_grow_with_tables_and_no_faster() {
    let setup = Setup::sqlite().await;
    let id = fields(&json!([{"name": "id", "type": "INTEGER"}]));
    let names: Vec<String> = (0..2_000).map(|n| format!("t{n:04}")).collect();
    let tables: Vec<_> = names.iter().map(|name| (name.as_str(), id.clone())).collect();
    let running = Fake { page: 1_000, ..Fake::of([("big", dataset("EU", &tables))].into()) }.start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    client.create(&body(&json!({}))).await.ok();
    assert_eq!(summary(&setup, "x").await["tables"], 2_000);
    let requests = running.requests().len();
    assert!(requests < 2_020, "{requests}");
}

/// Threat R6: caps mark the cache partial and keep the rest, and what lies beyond is not asked for.
#[tokio::test]
async fn r6_caps_are_told() {
    let setup = Setup::sqlite().await;
    let id = fields(&json!([{"name": "id", "type": "INTEGER"}]));
    let names: Vec<String> = (0..100).map(|n| format!("t{n:04}")).collect();
    let tables: Vec<_> = names.iter().map(|name| (name.as_str(), id.clone())).collect();
    let running = Fake { page: 1_000, ..Fake::of([("big", dataset("EU", &tables))].into()) }.start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[("HEADWATER_MAX_TABLES", "2")]);
    client.create(&body(&json!({}))).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(2), &json!(["tables"])));
    assert!(running.requests().len() < 25, "{}", running.requests().len());
}

/// Locations are compared without case, and only what lies in the one that is named is read.
#[tokio::test]
async fn one_location() {
    let setup = Setup::sqlite().await;
    let running = fake().start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    for (n, location) in ["US", "us", " Us "].into_iter().enumerate() {
        let name = format!("x{n}");
        client.create(&body(&json!({"name": name, "datasetLocation": location}))).await.ok();
        let tables = cached(&setup, &name).await;
        assert_eq!(tables.iter().map(|t| t["schema"].as_str().expect("a name")).collect::<Vec<_>>(), ["american"]);
    }
    // A dataset that is not listed with its location is asked for it.
    let plain = fake();
    let silent = serve(move |port, request| {
        if request.path.contains("/datasets?") {
            let item = |id: &str| json!({"datasetReference": {"projectId": "p-1", "datasetId": id}});
            return http::json(200, &json!({"datasets": [item("american"), item("more"), item("sales")]}));
        }
        plain.answer(port, request)
    })
    .await;
    let (_server, client) = super::server(&setup, silent.port, silent.port, &[]);
    client.create(&body(&json!({"name": "y", "datasetLocation": "us"}))).await.ok();
    assert_eq!(cached(&setup, "y").await.len(), 1);
}

/// Quota and rates: asked again, inside the time limit.
#[tokio::test]
async fn quotas_are_waited_for() {
    let setup = Setup::sqlite().await;
    for (status, reason) in [(403, "quotaExceeded"), (403, "rateLimitExceeded"), (429, "rateLimitExceeded"), (503, "backendError")] {
        let running = Fake { failing: (AtomicUsize::new(3), status, reason), ..fake() }.start().await;
        let (_server, client) = server(&setup, running.port, running.port, &[]);
        let data = diagnose(&client, &body(&json!({"datasetId": "more"}))).await;
        assert_eq!(data["success"], true, "{reason}: {data}");
    }
    // In the middle of a read, too; and where tokens come from.
    for path in ["/tables/", "/token"] {
        let (sound, count) = (fake(), AtomicUsize::new(0));
        let running = serve(move |port, request| {
            if request.path.contains(path)
                && count.fetch_add(1, Ordering::Relaxed) < 8
                && (path != "/token" || count.load(Ordering::Relaxed) < 3)
            {
                return http::json(429, &json!({"error": {"errors": [{"reason": "rateLimitExceeded"}]}}));
            }
            sound.answer(port, request)
        })
        .await;
        let (_server, client) = server(&setup, running.port, running.port, &[]);
        client.create(&body(&json!({"name": format!("x{}", path.len()), "datasetId": "sales"}))).await.ok();
    }
}

/// A third party's emulator, filled by Google's own client; the token comes from the fake, the emulator takes any.
#[tokio::test]
async fn a_third_partys_emulator() {
    let setup = Setup::sqlite().await;
    let port: u16 = variable("HEADWATER_TEST_BIGQUERY_PORT").parse().expect("port");
    let tokens = fake().start().await;
    let name = format!("d_{}", uuid::Uuid::new_v4().simple());
    let script = "from google.cloud import bigquery
from google.auth.credentials import AnonymousCredentials
client = bigquery.Client(project='local', credentials=AnonymousCredentials(), client_options={'api_endpoint': args['api']})
d = bigquery.Dataset('local.' + args['name']); d.location = 'EU'
client.create_dataset(d)
F = bigquery.SchemaField
client.create_table(bigquery.Table('local.%s.orders' % args['name'], schema=[F('id', 'INTEGER', mode='REQUIRED'), F('name', 'STRING'),
    F('at', 'TIMESTAMP'), F('lines', 'RECORD', mode='REPEATED', fields=[F('sku', 'STRING'), F('n', 'FLOAT')])]))
for day in ('20240101', '20240102'):
    client.create_table(bigquery.Table('local.%s.e_%s' % (args['name'], day), schema=[F('id', 'INTEGER')]))
print('null')";
    let arguments = json!({"api": format!("http://127.0.0.1:{port}"), "name": name});
    python_of("HEADWATER_TEST_GOOGLE_PYTHON", script, &arguments).await.expect("filled");
    let (_server, client) = server(&setup, port, tokens.port, &[]);
    client.create(&body(&json!({"projectId": "local", "datasetId": name}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(tables.iter().map(|t| t["table"].as_str().expect("a name")).collect::<Vec<_>>(), ["e_*", "orders"]);
    assert_eq!(
        columns(named(&tables, "orders")),
        [
            "id: INTEGER → integer",
            "name: STRING → string",
            "at: TIMESTAMP → timestamp_tz",
            "lines: ARRAY<RECORD> → array",
            "sku: STRING → string",
            "n: FLOAT → float"
        ]
    );
}
