//! Files as others write them, in a third party's emulator.
//!
//! Peers: clients, moto.

use base64::Engine as _;
use serde_json::{Value, json};

use super::body;
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::peers::variable;
use crate::support::python::python;

/// Files made by pyarrow, fastavro and openpyxl, and packed ones.
const MADE: [&str; 6] = ["types.parquet", "types.avro", "deflated.avro", "book.xlsx", "books.xlsx", "types.orc"];

#[tokio::test]
async fn formats_by_their_content() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let port = variable("HEADWATER_TEST_S3_PORT");
    let bucket = format!("b-{}", uuid::Uuid::new_v4().simple());
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/connectors/tests/fixtures/files");
    let made: serde_json::Map<String, Value> = MADE
        .iter()
        .map(|name| {
            let bytes = std::fs::read(folder.join(name)).expect("a fixture");
            // Under another name: only the content tells.
            (name.replace('.', "-"), json!(base64::engine::general_purpose::STANDARD.encode(bytes)))
        })
        .collect();
    let script = "import base64, boto3, gzip
s3 = boto3.client('s3', endpoint_url='http://127.0.0.1:%s' % args['port'], region_name='eu-west-1', aws_access_key_id='x', aws_secret_access_key='x')
s3.create_bucket(Bucket=args['bucket'], CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
def put(key, content, **more):
    s3.put_object(Bucket=args['bucket'], Key=key, Body=content, **more)
for name, content in args['made'].items():
    put(name, base64.b64decode(content))
put('packed', gzip.compress('id;naïve\\n1;x\\n'.encode('cp1252')))
put('odd +%41 日本.tsv', 'a\\tb\\n1\\tx\\n'.encode('utf-16'))
put('glacier', b'a\\n1\\n', StorageClass='GLACIER')
put('large', b'n,when\\n' + b'1,2024-01-01\\n' * 1000000)
print(json.dumps('made'))";
    let arguments = json!({"port": port, "bucket": bucket, "made": made});
    assert_eq!(python(script, &arguments).await, Ok(json!("made")));
    client.create(&body(port.parse().expect("port"), &json!({"bucket": bucket}))).await.ok();
    let mut tables = cached(&setup, "x").await;
    for table in &mut tables {
        assert_eq!(table["schema"], json!(bucket));
        table["schema"] = json!("bucket");
    }
    insta::assert_snapshot!("files", serde_json::to_string_pretty(&tables).expect("JSON"));
    assert_eq!(columns(named(&tables, "packed")), ["id: integer → integer", "naïve: string → string"]);
    let summary = summary(&setup, "x").await;
    let told: Vec<_> =
        summary["notes"].as_array().expect("notes").iter().map(|n| format!("{}: {}", n["object"], n["code"]).replace('"', "")).collect();
    assert_eq!(
        told,
        ["deflated-avro: FILE_READ", "glacier: FILE_ARCHIVED", "large: FILE_READ", "packed: FILE_READ", "types-avro: FILE_READ"]
    );
}
