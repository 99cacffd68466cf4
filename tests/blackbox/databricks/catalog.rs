//! What is read, page by page.

use serde_json::{Value, json};

use super::{body, fake, with_hive};
use crate::fakes::databricks::{Fake, TOKEN, WAREHOUSE};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python_of;

/// The official SDK takes the fake for a workspace: pages, statements and their chunks, a warehouse's state, and errors.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_sdk() {
    let script = "import os
os.environ['REQUESTS_CA_BUNDLE'] = args['ca']
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied, NotFound
w = WorkspaceClient(host='https://localhost:%s' % args['port'], token=args['token'], auth_type='pat')
def caught(f):
    try:
        f(); return None
    except Exception as e:
        return type(e).__name__
tables = list(w.tables.list('main', 'sales'))
s = w.statement_execution.execute_statement('SHOW SCHEMAS IN hive_metastore', args['warehouse'], wait_timeout='0s')
while s.status.state.value == 'PENDING':
    s = w.statement_execution.get_statement(s.statement_id)
rows = s.result.data_array + w.statement_execution.get_statement_result_chunk_n(s.statement_id, s.result.next_chunk_index).data_array
failed = w.statement_execution.execute_statement('nonsense', args['warehouse'], wait_timeout='0s')
failed = w.statement_execution.get_statement(failed.statement_id)
print(json.dumps([[c.name for c in w.catalogs.list(max_results=5)], [s.name for s in w.schemas.list('main', max_results=5)],
    [t.name for t in tables], tables[0].table_constraints[1].foreign_key_constraint.parent_table, tables[0].columns[0].partition_index,
    rows, failed.status.state.value, failed.status.error.error_code.value, w.warehouses.get(args['warehouse']).state.value,
    caught(lambda: list(w.schemas.list('forbidden'))), caught(lambda: w.catalogs.get('none')),
    caught(lambda: w.statement_execution.execute_statement('select 1', 'none')),
    caught(lambda: list(WorkspaceClient(host='https://localhost:%s' % args['port'], token='no', auth_type='pat').catalogs.list()))]))";
    let running = with_hive(fake()).start().await;
    let arguments = json!({"port": running.port, "token": TOKEN, "warehouse": WAREHOUSE, "ca": variable("HEADWATER_TEST_SOURCE_CA")});
    let said = python_of("HEADWATER_TEST_DATABRICKS_PYTHON", script, &arguments).await.expect("accepted");
    let wanted = json!([
        ["main", "system", "forbidden", "other"],
        ["sales", "information_schema", "hidden", "empty", "名前 & co"],
        ["orders", "customers", "v", "mv", "stream", "remote", "browsed only"],
        "main.sales.customers",
        0,
        [["default"], ["old"], ["broken"]],
        "FAILED",
        "BAD_REQUEST",
        "RUNNING",
        "PermissionDenied",
        "NotFound",
        "InvalidParameterValue",
        "PermissionDenied"
    ]);
    assert_eq!(said, wanted);
}

/// All catalogs: types, kinds of table, keys, partitions, odd names; pages that are empty in between; what may not be read is told.
#[tokio::test]
async fn everything_at_once() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = with_hive(fake()).start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("databricks", serde_json::to_string_pretty(&tables).expect("JSON"));
    let summary = summary(&setup, "x").await;
    assert_eq!(summary["partial"], json!(["databases", "tables"]));
    let told: Vec<_> = summary["notes"].as_array().expect("notes").iter().map(|n| (n["code"].clone(), n["object"].clone())).collect();
    let unreadable = json!("TABLE_UNREADABLE");
    assert_eq!(
        told,
        [
            (unreadable.clone(), json!("main.hidden")),
            (json!("DATABASE_UNREADABLE"), json!("forbidden")),
            (unreadable, json!("hive_metastore.broken"))
        ]
    );
    let requests = running.requests();
    assert!(requests.iter().all(|r| r.header("authorization") == Some(&format!("Bearer {TOKEN}"))));
    assert!(!requests.iter().any(|r| r.path.ends_with("/cancel")), "what has ended needs no cancelling");
    assert!(requests.iter().filter(|r| r.method == "POST").all(|r| r.body.contains("\"disposition\":\"INLINE\"")));
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    let steps: Vec<_> = data["steps"].as_array().expect("steps").iter().map(|s| s["step"].as_str().expect("a name").to_owned()).collect();
    assert_eq!(steps, ["validate", "policy", "resolve", "connect", "tls", "authenticate", "warehouse", "database", "list", "read"]);
    assert_eq!(data["server"]["product"], "Databricks");
}

/// One catalog and no other; `database` is another word for it, and case does not matter.
#[tokio::test]
async fn one_catalog() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = with_hive(fake()).start().await;
    for (n, (changes, first, count)) in [
        (json!({"catalog": "Other"}), "t", 1),
        (json!({"database": "other", "schema": "S"}), "t", 1),
        (json!({"catalog": "hive_metastore"}), "t", 2),
        (json!({"httpPath": WAREHOUSE, "path": null, "catalog": "other", "schema": ""}), "t", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("x{n}");
        let mut body = with(&body(running.port, &changes), &json!({"name": name}));
        let credentials = body["credentials"].as_object_mut().expect("an object");
        credentials.retain(|_, value| !value.is_null() && *value != "");
        client.create(&body).await.ok();
        let tables = cached(&setup, &name).await;
        assert_eq!((tables[0]["table"].as_str(), tables.len()), (Some(first), count), "{changes}");
    }
}

/// A workspace from before Unity Catalog: everything comes by statements.
#[tokio::test]
async fn without_unity() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = with_hive(Fake { unity: false, ..fake() }).start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    assert_eq!(columns(named(&tables, "t")), ["id: long → integer", "list: array → array", "a: b: decimal(10,2) → decimal"]);
    assert_eq!((&named(&tables, "t")["comment"], &named(&tables, "t")["kind"]), (&json!("from before"), &json!("external_table")));
    assert_eq!(named(&tables, "v")["kind"], "view");
}

/// A third party's workspace, written for other clients.
#[tokio::test]
async fn a_third_partys_workspace() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let port: u16 = variable("HEADWATER_TEST_MINILAKE_PORT").parse().expect("port");
    let catalog = format!("c{}", uuid::Uuid::new_v4().simple());
    let script = "import os
os.environ['REQUESTS_CA_BUNDLE'] = args['ca']
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.catalog import ColumnInfo, ColumnTypeName, TableType, DataSourceFormat
w = WorkspaceClient(host='https://localhost:%s' % args['port'], token='x', auth_type='pat')
w.catalogs.create(args['catalog'])
w.schemas.create('eu', args['catalog'])
w.tables.create('orders', args['catalog'], 'eu', TableType.MANAGED, DataSourceFormat.DELTA, '', columns=[
    ColumnInfo(name='id', type_text='bigint', type_name=ColumnTypeName.LONG, position=0, comment='the key'),
    ColumnInfo(name='amount', type_text='decimal(10,2)', type_name=ColumnTypeName.DECIMAL, position=1),
    ColumnInfo(name='parts', type_text='struct<a:int,b:array<string>>', type_name=ColumnTypeName.STRUCT, position=2)])
w.api_client.do('POST', '/api/2.0/sql/warehouses', body={'name': args['catalog'], 'cluster_size': '2X-Small'})
print(json.dumps([h.id for h in w.warehouses.list() if h.name == args['catalog']][0]))";
    let arguments = json!({"port": port, "catalog": catalog, "ca": variable("HEADWATER_TEST_SOURCE_CA")});
    let warehouse = python_of("HEADWATER_TEST_DATABRICKS_PYTHON", script, &arguments).await.expect("made");
    let changes = json!({"path": warehouse, "catalog": catalog, "schema": "eu", "token": "x"});
    client.create(&body(port, &changes)).await.ok();
    let tables = cached(&setup, "x").await;
    let wanted = ["id: bigint → integer", "amount: decimal(10,2) → decimal", "parts: struct<a:int,b:array<string>> → struct"];
    assert_eq!(columns(named(&tables, "orders")), wanted);
    assert_eq!((&tables[0]["catalog"], &tables[0]["columns"][0]["comment"]), (&json!(catalog), &json!("the key")));
    client.sync_name("x").await.ok();
    for (changes, step, code) in [
        (json!({"catalog": "none"}), "database", "DATABASE_NOT_FOUND"),
        (json!({"schema": "none"}), "database", "SCHEMA_NOT_FOUND"),
        (json!({"path": "none"}), "warehouse", "DATABASE_UNAVAILABLE"),
    ] {
        let data = diagnose(&client, &with(&body(port, &with_changes(&arguments, &warehouse)), &changes)).await;
        let failed = crate::support::diagnose::failed(&data);
        assert_eq!((failed["step"].as_str(), failed["code"].as_str()), (Some(step), Some(code)), "{changes}: {data}");
    }
}

fn with_changes(arguments: &Value, warehouse: &Value) -> Value {
    json!({"path": warehouse, "catalog": arguments["catalog"], "schema": "eu", "token": "x"})
}

/// Two thousand tables take forty pages, and no request for any of them.
#[tokio::test]
async fn requests_are_bounded() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let tables = (0..2_000)
        .map(|n| json!({"name": format!("t{n:04}"), "table_type": "MANAGED", "columns": [super::column(0, "id", "bigint", false)]}))
        .collect();
    let running = Fake { catalogs: vec![("main", Some(vec![("s".to_owned(), Some(tables))]))], page: 50, ..Fake::default() }.start().await;
    client.create(&body(running.port, &json!({"catalog": "main"}))).await.ok();
    assert_eq!(summary(&setup, "x").await["tables"], json!(2_000));
    let pages = running.requests().iter().filter(|r| r.path.contains("/tables?")).count();
    // Every other page of the fake is empty.
    assert_eq!(pages, 80);
    assert!(running.requests().len() < 95, "{}", running.requests().len());
}

/// Threat R6: caps mark the cache partial and keep the rest.
#[tokio::test]
async fn r6_caps_are_told() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_MAX_TABLES", "2")]);
    let client = server.client(&setup.token("acme"));
    let running = fake().start().await;
    client.create(&body(running.port, &json!({"catalog": "main"}))).await.ok();
    assert_eq!(summary(&setup, "x").await["tables"], json!(2));
}
