//! What is read.

use serde_json::{Value, json};

use super::{body, catalog, fake, server};
use crate::fakes::firebolt::{Fake, SECRET};
use crate::fakes::http::Running;
use crate::support::Setup;
use crate::support::cache::{cached, summary};
use crate::support::diagnose::{diagnose, with};
use crate::support::peers::variable;
use crate::support::python::python_of;

fn statements(running: &Running) -> Vec<String> {
    running.requests().into_iter().filter(|r| r.path.starts_with("/?")).map(|r| r.body).collect()
}

/// The official SDK takes the fake for Firebolt: token, account, database, engine, rows, errors.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_client() {
    let script = "import os
os.environ['SSL_CERT_FILE'] = args['ca']
import firebolt.client.client
# Tokens come from the host `id` beside the API's; this machine has one name only.
firebolt.client.client.get_auth_endpoint = lambda api: api
from firebolt.db import connect
from firebolt.client.auth import ClientCredentials
def ask(sql, secret=args['secret'], account='acme', database='plain', engine='main'):
    try:
        with connect(auth=ClientCredentials('app', secret, use_token_cache=False), account_name=account, database=database, engine_name=engine,
            api_endpoint='https://localhost:%d' % args['port'], disable_cache=True) as c:
            cursor = c.cursor()
            cursor.execute(sql)
            return [list(r) for r in cursor.fetchall()]
    except Exception as e:
        return type(e).__name__
print(json.dumps([ask(\"select 'judge'\"), ask('nonsense'), ask('', secret='no'), ask('', account='none'), ask('', database='none'), ask('', engine='none')]))";
    let running = fake().start().await;
    let ca = variable("HEADWATER_TEST_SOURCE_CA");
    let out = python_of("HEADWATER_TEST_WAREHOUSE_PYTHON", script, &json!({"port": running.port, "secret": SECRET, "ca": ca}))
        .await
        .expect("runs");
    let structured = "FireboltStructuredError";
    assert_eq!(out, json!([[["judge"]], structured, "AuthorizationError", "AccountNotFoundOrNoAccessError", structured, structured]));
}

/// Types, kinds of table, odd names: a snapshot; and what was said to get there.
#[tokio::test]
async fn everything_at_once() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    // The engine is at a host of its own, and wants to hear its name.
    let running = Fake { update: Some("https://localhost:$/?engine=main&account_id=02&x=y".to_owned()), ..fake() }.start().await;
    client.create(&body(running.port, &json!({}))).await.ok();
    let tables = cached(&setup, "x").await;
    insta::assert_snapshot!("firebolt", serde_json::to_string_pretty(&tables).expect("JSON"));
    insta::assert_snapshot!("statements", statements(&running).join(";\n"));
    assert_eq!(summary(&setup, "x").await["partial"], json!([]));
    let last = running.requests().pop().expect("a request");
    assert_eq!(last.path, "/?output_format=JSON_Compact&account_id=02&engine=main&database=Sales+%22x%22");
    let data = diagnose(&client, &body(running.port, &json!({}))).await;
    assert_eq!((&data["server"]["product"], &data["server"]["version"]), (&json!("Firebolt"), &json!("4.31.2")));
    // Without a schema all of them; the keys of other products' forms.
    let others =
        json!({"schema": null, "clientSecret": null, "client_secret": SECRET, "accountName": "acme", "account": null, "name": "y"});
    client.create(&with(&body(running.port, &others), &json!({}))).await.ok();
    assert_eq!(cached(&setup, "y").await, tables);
    assert!(statements(&running).iter().any(|sql| sql.contains("table_schema not in ('information_schema', 'pg_catalog')")));
}

/// Two thousand tables take as many statements as two.
#[tokio::test]
async fn statements_do_not_grow_with_tables() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let mut counts = Vec::new();
    for count in [2, 2_000] {
        let tables: Vec<Value> = (0..count).map(|n| json!(["public", format!("t{n:04}"), "BASE TABLE", null])).collect();
        let columns: Vec<Value> = (0..count).map(|n| json!(["public", format!("t{n:04}"), "id", "bigint", "NO", null])).collect();
        let own = vec![("from information_schema.tables", Ok(tables)), ("from information_schema.columns", Ok(columns))];
        let running = Fake { answers: [own, catalog()].concat(), ..fake() }.start().await;
        let name = format!("x{count}");
        client.create(&with(&body(running.port, &json!({})), &json!({"name": name}))).await.ok();
        assert_eq!(summary(&setup, &name).await["tables"], json!(count));
        counts.push(running.requests().len());
    }
    assert_eq!(counts, [9, 9]);
}
