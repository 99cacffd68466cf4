//! What is read, in either way.
//!
//! Peers: fakesnow.

use serde_json::{Value, json};

use super::{body, fake, key, number, object, server, statements};
use crate::fakes::snowflake::{Fake, PASSWORD};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python_of;

const PYTHON: &str = "HEADWATER_TEST_SNOWFLAKE_PYTHON";

/// The official client takes the fake for Snowflake: password, key, a statement that runs on, chunks, SHOW, errors.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_client() {
    let script = "import snowflake.connector
from cryptography.hazmat.primitives.serialization import load_pem_private_key
def connect(**proof):
    return snowflake.connector.connect(user='app', account='acct', host='localhost', port=args['port'], protocol='http', login_timeout=5, **proof)
c = connect(password=args['password']).cursor()
c.execute(\"select 'judge'\")
out = [[list(r) for r in c.fetchall()]]
c.execute('use role \"ANALYST\"')
c.execute('show objects in schema \"DB\".\"sales\" limit 3')
out.append([r[1] for r in c.fetchall()])
for sql in ['nonsense', 'use role \"NOBODY\"']:
    try:
        c.execute(sql); out.append(None)
    except snowflake.connector.errors.ProgrammingError as e:
        out.append(e.errno)
try:
    connect(password='wrong'); out.append(None)
except snowflake.connector.errors.DatabaseError as e:
    out.append(e.errno)
k = connect(private_key=load_pem_private_key(args['key'].encode(), None)).cursor()
k.execute('show objects in schema \"DB\".\"sales\" limit 1')
out.append(len(k.fetchall()))
print(json.dumps(out))";
    let running = Fake { tls: false, ..fake() }.start().await;
    let out = python_of(PYTHON, script, &json!({"port": running.port, "password": PASSWORD, "key": key()})).await.expect("accepted");
    let judged: Vec<_> = (0..5).map(|n| json!([format!("judge,\"{n}\"")])).collect();
    assert_eq!(out, json!([judged, ["ORDERS", "files", "it's \"odd\""], 1003, 2043, 390_100, 1]));
    assert!(running.requests().iter().any(|r| r.path.starts_with("/chunk/")), "chunks were fetched");
}

/// Types, keys, comments, odd names, rows in chunks: a snapshot. A suspended warehouse is no error, is not used, and changes nothing.
#[tokio::test]
async fn everything_at_once_in_both_ways() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let running = fake().start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("snowflake", serde_json::to_string_pretty(&tables).expect("JSON"));
    insta::assert_snapshot!("listed", statements(&running).join(";\n"));
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    let chunks: Vec<_> = running.requests().into_iter().filter(|r| r.path.starts_with("/chunk/")).collect();
    assert!(chunks.len() > 5 && chunks.iter().all(|r| r.header("authorization").is_none()), "chunks are fetched as by a stranger");

    let suspended = Fake { warehouse: ("SUSPENDED", true), ..fake() }.start().await;
    client.create(&with(&body(suspended.port, &json!({})), &json!({"name": "y"}))).await.ok();
    assert_eq!(cached(&setup, "y").await, tables, "the same definitions");
    insta::assert_snapshot!("shown", statements(&suspended).join(";\n"));
    assert_eq!(summary(&setup, "y").await["partial"], json!([]));
    for sql in statements(&running).into_iter().chain(statements(&suspended)) {
        let lower = sql.to_lowercase();
        assert!(["use ", "show ", "select "].iter().any(|word| lower.starts_with(word)), "S2: {sql}");
    }
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    assert_eq!((&data["server"]["product"], &data["server"]["version"]), (&json!("Snowflake"), &json!("9.30.1")));
}

/// Names as they are written, then in upper case; what stands in quotes is meant so.
#[tokio::test]
async fn names_in_either_case() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let running = fake().start().await;
    let lower = json!({"role": "analyst", "warehouse": "w1", "database": "Db", "schema": "public"});
    for (changes, used) in [(lower, "\"DB\".\"PUBLIC\""), (json!({"schema": "\"sales\""}), "\"DB\".\"sales\"")] {
        let data = diagnose(&client, &body(running.port, &changes)).await;
        assert_eq!(data["success"], true, "{data}");
        assert!(statements(&running).contains(&format!("show objects in schema {used} limit 1")), "{used}");
    }
    for wrong in ["SALES", "\"Sales\"", "\"public\""] {
        let data = diagnose(&client, &body(running.port, &json!({"schema": wrong}))).await;
        assert_eq!(data["success"], false, "{wrong}");
    }
}

/// The token of a key, claim by claim, by another's cryptography and beside the token that the official client makes.
#[tokio::test]
async fn key_pair_authentication() {
    let script = "import base64, hashlib, time, jwt
from cryptography.hazmat.primitives.serialization import *
from snowflake.connector.auth.keypair import AuthByKeyPair
key = load_pem_private_key(args['key'].encode(), None)
claims = jwt.decode(args['token'], key.public_key(), algorithms=['RS256'])
der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
official = jwt.decode(AuthByKeyPair(private_key=der).prepare(account='localhost', user='app'), options={'verify_signature': False})
fingerprint = base64.b64encode(hashlib.sha256(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()
print(json.dumps([jwt.get_unverified_header(args['token'])['alg'], claims['iss'] == 'LOCALHOST.APP.SHA256:' + fingerprint, claims['sub'] == 'LOCALHOST.APP',
    abs(claims['iat'] - time.time()) < 300, claims['exp'] - claims['iat'], sorted(claims), official['iss'] == claims['iss'], official['sub'] == claims['sub']]))";
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let running = fake().start().await;
    let changes = json!({"credentials": "Key-pair authentication", "private_key": key().replace('\n', "\\n"), "password": null});
    client.create(&body(running.port, &changes)).await.ok();
    let login: Value = serde_json::from_str(&running.requests()[0].body).expect("JSON");
    let token = login["data"]["TOKEN"].as_str().expect("a token");
    let judged = python_of(PYTHON, script, &json!({"key": key(), "token": token})).await.expect("a sound token");
    assert_eq!(judged, json!(["RS256", true, true, true, 120, ["exp", "iat", "iss", "sub"], true, true]));
    let data = &login["data"];
    assert_eq!((&data["AUTHENTICATOR"], &data["LOGIN_NAME"], &data["PASSWORD"]), (&json!("SNOWFLAKE_JWT"), &json!("app"), &Value::Null));
    assert_eq!(data["SESSION_PARAMETERS"]["QUOTED_IDENTIFIERS_IGNORE_CASE"], false);
    // An encrypted key works with its passphrase.
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/connectors/tests/keys/aes256.pem");
    let encrypted = std::fs::read_to_string(path).expect("a key");
    let changes =
        json!({"credentials": "Key-pair authentication", "privateKey": encrypted, "privateKeyPass": "pass phrase é", "password": null});
    let data = diagnose(&client, &body(running.port, &changes)).await;
    assert_eq!(data["success"], true, "{data}");
}

/// More than 10,000 objects, and more than `information_schema` has time for: complete, in a bounded number of statements.
#[tokio::test]
async fn schemas_of_more_than_ten_thousand_objects() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let many = |count: usize| (0..count).map(|n| object(&format!("t{n:05}"), "TABLE", &[number("id", "0", "")])).collect::<Vec<_>>();
    for (name, count, limits, warehouse, most) in [
        ("few", 2, (10_000, 10_000), "STARTED", 15),
        ("two thousand", 2_000, (10_000, 10_000), "STARTED", 15),
        ("two thousand, suspended", 2_000, (10_000, 10_000), "SUSPENDED", 15),
        ("refused as too large", 10_050, (10_000, 4_000), "STARTED", 30),
        // Columns cannot be shown by pages: the warehouse has to wake for so many.
        ("suspended", 20_050, (10_000, 30_000), "SUSPENDED", 20),
    ] {
        let running = Fake { objects: many(count), limits, warehouse: (warehouse, true), chunk: None, ..fake() }.start().await;
        client.create(&with(&body(running.port, &json!({})), &json!({"name": name}))).await.ok();
        let summary = summary(&setup, name).await;
        assert_eq!((&summary["tables"], &summary["columns"], &summary["partial"]), (&json!(count), &json!(count), &json!([])), "{name}");
        assert!(statements(&running).len() <= most, "{name}: {}", statements(&running).len());
    }
}

/// A warehouse that is suspended and does not resume: a schema that is too large to be shown at once is shown table by table.
#[tokio::test]
async fn table_by_table_without_a_warehouse() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    // SHOW prints 10,000 rows: this many columns are more.
    let wide: Vec<_> = std::iter::repeat_n(number("id", "0", ""), 300).collect();
    let objects = (0..40).map(|n| object(&format!("t{n:05}"), "TABLE", &wide)).collect();
    let errors = vec![("show columns in table \"DB\".\"sales\".\"t00007\"", "000603")];
    let running = Fake { objects, warehouse: ("SUSPENDED", false), chunk: None, errors, ..fake() }.start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["partial"]), (&json!(39), &json!(["tables"])));
    assert_eq!(summary["notes"][0]["object"], "sales.t00007");
    assert!(statements(&running).iter().all(|sql| !sql.contains("information_schema")), "the warehouse is not asked");
}

/// A third party's emulator: made by the official client, read by both ways.
#[tokio::test]
async fn a_third_partys_server() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let port: u16 = variable("HEADWATER_TEST_SNOWFLAKE_PORT").parse().expect("port");
    let database = format!("DB{}", uuid::Uuid::new_v4().simple()).to_uppercase();
    let script = "import os
os.environ['REQUESTS_CA_BUNDLE'] = args['ca']
import snowflake.connector
c = snowflake.connector.connect(user='u', password='p', account='localhost', host='localhost', port=args['port'], protocol='https').cursor()
for sql in ['create database ' + args['db'], 'create schema ' + args['db'] + '.shop', 'use schema ' + args['db'] + '.shop',
    \"create table orders (id number(38,0) not null primary key, name varchar(20) default 'x', at_ timestamp_ntz, tz timestamp_tz, doc variant, total number(10,2), raw binary, rate float, ok boolean, day date)\",
    'create table \"Odd name\" (\"it''s\" number(38,0))', 'create view v as select id from orders']:
    c.execute(sql)
print(json.dumps(True))";
    let ca = variable("HEADWATER_TEST_SOURCE_CA");
    python_of(PYTHON, script, &json!({"port": port, "db": database, "ca": ca})).await.expect("made");
    let changes = json!({"database": database, "schema": "SHOP", "warehouse": "FAKESNOW_WAREHOUSE"});
    client.create(&body(port, &changes)).await.ok();
    let listed = cached(&setup, "x").await;
    assert_eq!(
        columns(named(&listed, "ORDERS")),
        [
            "ID: NUMBER(38,0) → integer",
            "NAME: VARCHAR(20) → string",
            "AT_: TIMESTAMP_NTZ → timestamp",
            "TZ: TIMESTAMP_TZ → timestamp_tz",
            "DOC: VARIANT → json",
            "TOTAL: NUMBER(10,2) → decimal",
            "RAW: BINARY → binary",
            "RATE: FLOAT → float",
            "OK: BOOLEAN → boolean",
            "DAY: DATE → date",
        ]
    );
    assert_eq!(named(&listed, "ORDERS")["primaryKey"], json!(["ID"]));
    // A warehouse that it does not have is not running: everything by SHOW.
    client.create(&with(&body(port, &changes), &json!({"name": "y", "warehouse": "OTHER"}))).await.ok();
    let shown = cached(&setup, "y").await;
    let names = |tables: &[Value]| tables.iter().map(|t| t["table"].as_str().expect("a name").to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&shown), ["ORDERS", "Odd name", "V"]);
    assert_eq!(named(&shown, "V")["kind"], "view");
    assert_eq!(columns(named(&shown, "ORDERS"))[..6], columns(named(&listed, "ORDERS"))[..6]);
}
