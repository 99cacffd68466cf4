//! `tenancySettings`: stored, kept, overwritten; and what the contract says when that fails.

use serde_json::{Value, json};
use store::{Tenancy, TenancyLevel};

use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source, StoreKind};

fn with(mut body: Value, tenancy: Value) -> Value {
    body["tenancySettings"] = tenancy;
    body
}

fn by_table() -> Value {
    json!({"tenancyLevel": "TABLE", "clientColumnType": "NUMBER", "schemaName": "public", "tableName": "client_mapping", "tableClientNameColumn": "client_id", "tablePrimaryKeyColumn": "id"})
}

async fn stored(setup: &Setup, name: &str) -> Option<Tenancy> {
    let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
    let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
    store.datasource(tenant, name).await.expect("look-up").expect("there").tenancy
}

#[tokio::test]
async fn kept_when_absent_overwritten_when_present() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let source = Source::new().await;
        client.create(&with(source.body("x"), by_table())).await.ok();
        let first = stored(&setup, "x").await.expect("there");
        assert_eq!(
            (first.level, first.client_column_type.as_deref(), first.schema_name.as_deref()),
            (TenancyLevel::Table, Some("NUMBER"), Some("public"))
        );
        for absent in [source.body("x"), with(source.body("x"), Value::Null)] {
            client.update(&absent).await.ok();
            assert_eq!(stored(&setup, "x").await, Some(first.clone()));
        }
        client.update(&with(source.body("x"), json!({"tenancyLevel": "DATABASE"}))).await.ok();
        assert_eq!(stored(&setup, "x").await.expect("there").level, TenancyLevel::Database);
        client.create(&source.body("y")).await.ok();
        assert_eq!(stored(&setup, "y").await, None);
        client.update(&with(source.body("y"), by_table())).await.ok();
        assert_eq!(stored(&setup, "y").await, Some(first));
    }
}

/// The codes for failures of ours, brought about by triggers in the store; nothing of the request stays.
#[tokio::test]
async fn failing_writes_have_their_code_and_leave_nothing() {
    let setup = Setup::new(StoreKind::Postgres).await;
    let (server, client) = setup.client();
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    client.create(&source.body("x")).await.ok();
    client.create(&with(source.body("y"), by_table())).await.ok();
    setup.sql("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$").await;

    setup.sql("create trigger r before insert on tenancy for each row execute function refuse()").await;
    let answer = client.update(&with(source.body("x"), by_table())).await;
    assert_eq!(
        (answer.code(), answer.message()),
        ((500, "TENANCY_SETTINGS_CREATE_FAILED"), "Failed to create tenancy settings for the datasource")
    );
    let answer = client.create(&with(source.body("z"), by_table())).await;
    assert_eq!((answer.code(), answer.message()), ((500, "CREATE_DATASOURCE_FAILED"), "Internal error during datasource creation"));

    setup.sql("create trigger r2 before update on tenancy for each row execute function refuse()").await;
    let answer = client.update(&with(source.body("y"), json!({"tenancyLevel": "DATABASE"}))).await;
    assert_eq!((answer.code(), answer.message()), ((500, "TENANCY_SETTINGS_UPDATE_FAILED"), "Failed to update existing tenancy settings"));
    assert_eq!(stored(&setup, "y").await.expect("there").level, TenancyLevel::Table);

    setup.sql("create trigger r3 before insert on definition for each row execute function refuse()").await;
    let answer = client.create(&source.body("z")).await;
    assert_eq!((answer.code(), answer.message()), ((500, "SCHEMA_CACHE_FAILED"), "Schema caching failed"));
    assert_eq!(client.names().await, ["x", "y"]);

    setup.sql("alter table datasource rename to hidden").await;
    let answer = client.get("/api/v2/datasource").await;
    assert_eq!((answer.code(), answer.message()), ((500, "INTERNAL_SERVER_ERROR"), "Internal server error"));
    assert!(server.logged("refused"), "the cause is in the log");
}
