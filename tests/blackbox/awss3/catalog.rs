//! What is listed, and which tables come of it.
//!
//! Peers: clients.

use serde_json::{Value, json};

use super::{body, fake, holding};
use crate::fakes::s3::{Elsewhere, Fake, KEY};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::diagnose;
use crate::support::python::python;

/// AWS's own client takes the fake for S3: pages, ranges, codes, signatures; sent to another region, it goes there.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_client() {
    let script = "import boto3, botocore
def client(id, secret, region='eu-west-1'):
    return boto3.client('s3', endpoint_url='http://127.0.0.1:%s' % args['port'], region_name=region, aws_access_key_id=id,
        aws_secret_access_key=secret, config=botocore.config.Config(retries={'total_max_attempts': 1}, s3={'addressing_style': 'path'}))
def refused(call):
    try:
        call()
    except botocore.exceptions.ClientError as e:
        return e.response['Error']['Code']
s3 = client(args['id'], args['secret'])
pages = list(s3.get_paginator('list_objects_v2').paginate(Bucket='data', Prefix='d'))
keys = [o['Key'] for p in pages for o in p['Contents']]
part = s3.get_object(Bucket='data', Key='d1 +', Range='bytes=1-2')
print(json.dumps([len(pages), keys, part['Body'].read().decode(), part['ContentRange'],
    refused(lambda: s3.get_object(Bucket='data', Key='none')), refused(lambda: s3.get_object(Bucket='data', Key='no')),
    refused(lambda: s3.list_objects_v2(Bucket='other')), refused(lambda: s3.get_object(Bucket='data', Key='d2', Range='bytes=9-')),
    refused(lambda: client(args['id'], 'no').list_objects_v2(Bucket='data')),
    refused(lambda: client('AKIAOTHER', args['secret']).list_objects_v2(Bucket='data')),
    client(args['id'], args['secret'], 'us-east-1').list_objects_v2(Bucket='data')['KeyCount']]))";
    for elsewhere in [Elsewhere::Redirect, Elsewhere::Malformed] {
        let objects = holding(&[("a", "1"), ("d1 +", "1234"), ("d2", ""), ("d3", ""), ("no", "x")]).objects;
        let running = Fake { page: 2, objects, elsewhere, failing: vec![("no", 403, "AccessDenied")], ..Fake::default() }.start().await;
        let said = python(script, &json!({"port": running.port, "id": KEY.0, "secret": KEY.1})).await;
        let refused = ["NoSuchKey", "AccessDenied", "NoSuchBucket", "InvalidRange", "SignatureDoesNotMatch", "InvalidAccessKeyId"];
        let mut wanted = json!([2, ["d1 +", "d2", "d3"], "23", "bytes 1-2/4"]);
        wanted.as_array_mut().expect("a list").extend(refused.map(Value::from).into_iter().chain([json!(2)]));
        assert_eq!(said, Ok(wanted));
    }
}

/// A table a file: odd names, what is no data, and what is asked for.
#[tokio::test]
async fn a_table_a_file() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(columns(named(&tables, "people.csv")), ["id: integer → integer", "name: string → string", "born: date → date"]);
    let odd = named(&tables, "dir/odd + name%41 日本.json");
    assert_eq!(columns(odd), ["a: float → float", "b: object → struct", "c: array of boolean → array"]);
    assert_eq!((&odd["schema"], tables.len()), (&json!("data"), 2));
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["partial"], &summary["files"]), (&json!([]), &json!({"done": 2, "total": 2})));
    assert_eq!(client.progress("x").await.ok()["status"], json!({"progress": "2/2", "error": ""}));
    // One to be let in, one list, and one for each small file.
    let requests = running.requests();
    assert_eq!(requests.len(), 4, "{requests:?}");
    assert!(requests[1].path.contains("encoding-type=url"), "{requests:?}");
    // Files are read side by side, in no order.
    let mut ranges: Vec<_> = requests[2..].iter().map(|request| request.header("range")).collect();
    ranges.sort_unstable();
    assert_eq!(ranges, [Some("bytes=0-41"), Some("bytes=0-46")]);
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    let steps: Vec<_> = data["steps"].as_array().expect("steps").iter().map(|s| s["step"].as_str().expect("a name")).collect();
    assert_eq!(steps, ["validate", "policy", "connect", "authenticate", "bucket", "list", "read"]);
}

/// A table a folder: merged by name, with the columns of its folders, under a path.
#[tokio::test]
async fn a_table_a_folder() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = holding(&[
        ("x/in/root.csv", "a\n1\n"),
        ("x/in/sales/year=2023/m=01/1.csv", "id,amount,when\n1,2,2024-01-01\n"),
        ("x/in/sales/year=2024/m=1/1.json", "{\"id\": 2, \"amount\": 2.5, \"year\": \"x\", \"extra\": null}"),
        ("x/in/sales/year=__HIVE_DEFAULT_PARTITION__/m=/2.csv", "id,amount,when\n1,x,2024-01-01T10:00\n"),
        ("x/out/t.csv", "a\n1\n"),
    ])
    .start()
    .await;
    for path in ["x/in", "/x/in/", "s3://data/x/in/"] {
        let changes = json!({"name": path, "tableLevel": "Folder", "path": path});
        client.create(&body(running.port, &changes)).await.ok();
        let tables = cached(&setup, path).await;
        assert_eq!(tables.len(), 2, "{path}");
        assert_eq!(columns(named(&tables, "in")), ["a: integer → integer"]);
        let sales = named(&tables, "sales");
        let expected = [
            "id: integer → integer",
            "amount: string → string",
            "when: timestamp → timestamp",
            "extra: string → string",
            "year: integer → integer",
            "m: string → string",
        ];
        assert_eq!(columns(sales), expected);
        let nullable: Vec<_> = sales["columns"].as_array().expect("columns").iter().map(|c| c["nullable"] == true).collect();
        assert_eq!(nullable, [false, false, true, true, true, true]);
        let notes = summary(&setup, path).await["notes"].clone();
        let told: Vec<_> = notes.as_array().expect("notes").iter().map(|n| (n["code"].clone(), n["object"].clone())).collect();
        assert_eq!(told, [(json!("TYPES_MERGED"), json!("sales.amount")), (json!("TYPES_MERGED"), json!("sales.when"))]);
        assert!(
            notes[0]["text"].as_str().is_some_and(|text| text.contains("x/in/sales/year=2023/m=01/1.csv") && text.contains("1.json")),
            "{notes}"
        );
    }
}

/// Two thousand tables are listed by the page; a sync of what did not change writes nothing new.
#[tokio::test]
async fn two_thousand_files() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let objects = (0..2_000).map(|n| (format!("t{n:04}.csv"), "id,name\n1,x\n".to_owned())).collect();
    let running = Fake { objects, ..Fake::default() }.start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let first = summary(&setup, "x").await;
    assert_eq!((&first["tables"], &first["files"]["total"]), (&json!(2_000), &json!(2_000)));
    assert_eq!(running.requests().len(), 1 + 2 + 2_000);
    client.sync_name("x").await.ok();
    assert_eq!(summary(&setup, "x").await, first);
}

/// Corners cost themselves alone, each with its note.
#[tokio::test]
async fn corners() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let fake = holding(&[
        ("archived.csv", "a\n1\n"),
        ("binary", "\u{1}\u{2}\u{0}\u{3}\u{0}\u{1}\u{2}\u{0}"),
        ("deep.json", &"[".repeat(100_000)),
        ("empty.csv", ""),
        ("forbidden.csv", "a\n1\n"),
        ("gone.csv", "a\n1\n"),
        ("good.csv", "a\n1\n"),
        ("lie.parquet", "PAR1 and no more"),
        ("long.csv", &"x".repeat(9 << 20)),
    ]);
    let failing = vec![("archived.csv", 403, "InvalidObjectState"), ("forbidden.csv", 403, "AccessDenied"), ("gone.csv", 404, "NoSuchKey")];
    let running = Fake { failing, ..fake }.start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let summary = summary(&setup, "x").await;
    let told: Vec<_> =
        summary["notes"].as_array().expect("notes").iter().map(|n| format!("{}: {}", n["object"], n["code"]).replace('"', "")).collect();
    let expected = [
        "archived.csv: FILE_ARCHIVED",
        "binary: FILE_UNKNOWN",
        "deep.json: FILE_TOO_DEEP",
        "empty.csv: FILE_EMPTY",
        "forbidden.csv: FILE_FORBIDDEN",
        "gone.csv: FILE_MISSING",
        "lie.parquet: FILE_MALFORMED",
        "long.csv: FILE_TOO_LARGE",
    ];
    assert_eq!(told, expected);
    assert_eq!((&summary["tables"], &summary["files"]), (&json!(1), &json!({"done": 9, "total": 9})));
}
