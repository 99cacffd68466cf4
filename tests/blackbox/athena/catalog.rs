//! What is read, page by page.
//!
//! Peers: clients, ministack.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{body, column, fake};
use crate::fakes::athena::{Fake, KEY};
use crate::fakes::http::{Reply, serve};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python;

const CLIENT: &str = "import boto3, botocore
def client(service, id, secret):
    return boto3.client(service, endpoint_url='http://127.0.0.1:%s' % args['port'], region_name='eu-west-1', aws_access_key_id=id,
        aws_secret_access_key=secret, config=botocore.config.Config(retries={'total_max_attempts': 1}))
";

/// AWS's own client takes the fake for Athena: pages, a missing database, a disabled workgroup, a statement, and signatures.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_client() {
    let script = format!(
        "{CLIENT}
athena = client('athena', args['id'], args['secret'])
def refused(call):
    try:
        call()
    except botocore.exceptions.ClientError as e:
        return e.response['Error']['Code']
pages = list(athena.get_paginator('list_table_metadata').paginate(CatalogName='AwsDataCatalog', DatabaseName='sales'))
tables = [t['Name'] for p in pages for t in p['TableMetadataList']]
databases = [d['Name'] for p in athena.get_paginator('list_databases').paginate(CatalogName='AwsDataCatalog') for d in p['DatabaseList']]
query = athena.start_query_execution(QueryString='SELECT 1', WorkGroup='primary', ResultConfiguration={{'OutputLocation': 's3://results/'}})['QueryExecutionId']
states = [athena.get_query_execution(QueryExecutionId=query)['QueryExecution']['Status']['State'] for _ in range(3)]
print(json.dumps([len(pages), len(tables), databases, states, athena.get_work_group(WorkGroup='primary')['WorkGroup']['State'],
    refused(lambda: athena.get_database(CatalogName='AwsDataCatalog', DatabaseName='nowhere')),
    refused(lambda: athena.get_work_group(WorkGroup='nowhere')),
    refused(lambda: client('athena', args['id'], 'no').get_work_group(WorkGroup='primary')),
    refused(lambda: client('athena', 'AKIAOTHER', args['secret']).get_work_group(WorkGroup='primary'))]))"
    );
    let many = (0..120).map(|n| json!({"Name": format!("t{n:03}"), "Columns": [column("id", "int")]})).collect();
    let running = Fake { tables: many, ..Fake::default() }.start().await;
    let said = python(&script, &json!({"port": running.port, "id": KEY.0, "secret": KEY.1})).await;
    let wanted = json!([
        3,
        120,
        ["default", "sales"],
        ["QUEUED", "RUNNING", "SUCCEEDED"],
        "ENABLED",
        "MetadataException",
        "InvalidRequestException",
        "InvalidSignatureException",
        "UnrecognizedClientException"
    ]);
    assert_eq!(said, Ok(wanted));
}

/// Types, comments, partition keys, views, odd names: a snapshot. And what is asked, with where results go.
#[tokio::test]
async fn everything_at_once() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("athena", serde_json::to_string_pretty(&tables).expect("JSON"));
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    let events = columns(named(&tables, "events"));
    assert_eq!(events[events.len() - 2..], ["year: int → integer".to_owned(), "day: date → date".to_owned()], "partition keys come last");
    let requests = running.requests();
    let calls: Vec<_> = requests.iter().map(|r| r.header("x-amz-target").unwrap_or_default().trim_start_matches("AmazonAthena.")).collect();
    let expected = ["GetWorkGroup", "GetDatabase", "ListTableMetadata", "StartQueryExecution", "GetQueryExecution", "GetQueryExecution"];
    assert_eq!(calls, [&expected[..], &["GetQueryExecution", "ListTableMetadata"]].concat());
    let start: Value = serde_json::from_str(&requests[3].body).expect("JSON");
    assert_eq!((&start["QueryString"], &start["WorkGroup"]), (&json!("SELECT 1"), &json!("primary")));
    assert_eq!(start["ResultConfiguration"]["OutputLocation"], "s3://results/headwater/");
    assert!(start["ClientRequestToken"].as_str().is_some_and(|token| token.len() > 30), "it names itself: done once, however often sent");
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    assert_eq!((&data["server"]["product"], &data["server"]["version"]), (&json!("Amazon Athena"), &json!("3")));
    let steps: Vec<_> = data["steps"].as_array().expect("steps").iter().map(|s| s["step"].as_str().expect("a name")).collect();
    assert_eq!(steps, ["validate", "policy", "connect", "authenticate", "workgroup", "database", "list", "query", "read"]);
}

/// Two thousand tables take a request for every fifty of them, over one connection.
#[tokio::test]
async fn requests_grow_by_the_page() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let mut counts = Vec::new();
    for count in [50, 2_000] {
        let many = (0..count).map(|n| json!({"Name": format!("t{n:04}"), "Columns": [column("id", "int")]})).collect();
        let running = Fake { tables: many, ..Fake::default() }.start().await;
        let name = format!("x{count}");
        client.create(&body(running.port, &json!({"name": name}))).await.ok();
        assert_eq!(summary(&setup, &name).await["tables"], json!(count));
        counts.push(running.requests().len());
    }
    assert_eq!(counts, [8, 8 + 39]);
}

/// Who may run statements and not see the workgroup is not refused.
#[tokio::test]
async fn a_workgroup_that_is_not_shown() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = Fake { failing: vec![("GetWorkGroup", "AccessDeniedException")], ..fake() }.start().await;
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    assert_eq!((&data["success"], &data["server"]["version"]), (&json!(true), &json!("")), "{data}");
}

fn throttled() -> Reply {
    Reply::Whole(400, vec![], json!({"__type": "ThrottlingException"}).to_string())
}

/// A service that has no time is asked again after a while, and not for ever.
#[tokio::test]
async fn busy_services() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (count, sound) = (AtomicUsize::new(0), fake());
    let looks = std::sync::Mutex::default();
    let busy =
        serve(move |_, request| if count.fetch_add(1, Ordering::SeqCst) % 3 == 0 { throttled() } else { sound.answer(request, &looks) })
            .await;
    assert_eq!(diagnose(&client, &body(busy.port, &json!({}))).await["success"], true);
    let busy = serve(|_, _| throttled()).await;
    let data = diagnose(&client, &body(busy.port, &json!({}))).await;
    assert_eq!(crate::support::diagnose::failed(&data)["code"], "RESOURCES_EXHAUSTED");
    assert_eq!(busy.requests().len(), 6);
}

/// A third party's emulator: tables made by the official client, and a real statement.
#[tokio::test]
async fn a_third_partys_emulator() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let port = variable("HEADWATER_TEST_ATHENA_PORT");
    let database = format!("d_{}", uuid::Uuid::new_v4().simple());
    let script = format!(
        "{CLIENT}
glue, s3 = client('glue', 'test', 'test'), client('s3', 'test', 'test')
s3.create_bucket(Bucket='results-' + args['database'].replace('_', '-'), CreateBucketConfiguration={{'LocationConstraint': 'eu-west-1'}})
glue.create_database(DatabaseInput={{'Name': args['database']}})
def table(name, kind, columns, keys=()):
    described = lambda all: [{{'Name': n, 'Type': t}} for n, t in all]
    glue.create_table(DatabaseName=args['database'], TableInput={{'Name': name, 'TableType': kind, 'PartitionKeys': described(keys),
        'StorageDescriptor': {{'Columns': described(columns), 'Location': 's3://results/x/'}}}})
table('orders', 'EXTERNAL_TABLE', [('id', 'bigint'), ('tags', 'array<string>')], [('day', 'date')])
table('v', 'VIRTUAL_VIEW', [('id', 'bigint')])
for n in range(60):
    table('t%02d' % n, 'EXTERNAL_TABLE', [('id', 'int')])
print(json.dumps('made'))"
    );
    assert_eq!(python(&script, &json!({"port": port, "database": database})).await, Ok(json!("made")));
    let output = format!("s3://results-{}/out", database.replace('_', "-"));
    let changes = json!({"database": database, "accessKeyId": "test", "secretAccessKey": "test", "s3OutputBucket": output});
    client.create(&with(&body(port.parse().expect("port"), &json!({})), &changes)).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(columns(named(&tables, "orders")), ["id: bigint → integer", "tags: array<string> → array", "day: date → date"]);
    assert_eq!((&named(&tables, "v")["kind"], tables.len()), (&json!("view"), 62));
}
