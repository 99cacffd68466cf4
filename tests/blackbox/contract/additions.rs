//! Additions beside the contract: types, details, the cached schema.

use serde_json::{Value, json};

use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source};

#[tokio::test]
async fn types() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let body = client.get("/api/v2/datasource/types").await.ok();
    let all = body["data"].as_array().expect("data");
    assert_eq!(all.len(), 18);
    let ready: Vec<_> = all.iter().filter(|t| t["ready"] == true).map(|t| t["type"].as_str().expect("type")).collect();
    assert_eq!(
        ready,
        [
            "snowflake",
            "postgres",
            "redshift",
            "cockroachdb",
            "mysql",
            "mongodb",
            "clickhouse",
            "singlestore",
            "bigquery",
            "databricks",
            "elasticsearch",
            "opensearch",
            "mssql",
            "awss3",
            "csv",
            "firebolt",
            "athena",
            "trino"
        ]
    );
    for one in all {
        assert!(one["title"].is_string() && one["ready"] == one["schema"].is_object());
        if one["ready"] == true {
            // The example is a body that create takes as far as the connection, where there is one.
            let answer = client.create(&one["example"]).await;
            let expected = if one["type"] == "csv" { (200, "") } else { (400, "CREDENTIAL_TEST_FAILED") };
            assert_eq!(answer.code(), expected, "{}", answer.text);
        }
    }
    assert_eq!(client.with_token("x").get("/api/v2/datasource/types").await.status, 401);
}

/// Threat L2: what is told of a datasource holds no secret, and tells whether one changed.
#[tokio::test]
async fn l2_details() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        let source = Source::with_password("canary-password").await;
        source.sql("create table t (id int)").await;
        let mut body = source.body("x");
        body["tenancySettings"] = json!({"tenancyLevel": "TABLE", "clientColumnType": "STRING", "schemaName": "s", "tableName": "t", "tableClientNameColumn": "c", "tablePrimaryKeyColumn": "p"});
        client.create(&body).await.ok();
        let details = async || client.get("/api/v2/datasource/details?datasourceName=x").await.ok()["data"].clone();
        let first = details().await;
        assert!(!first.to_string().contains("canary"), "{first}");
        assert_eq!(
            (&first["name"], &first["type"], &first["status"], &first["syncError"]),
            (&json!("x"), &json!("postgres"), &json!("connected"), &Value::Null)
        );
        assert_eq!(first["tenancySettings"], body["tenancySettings"]);
        assert_eq!(first["schema"], json!({"schemas": 1, "tables": 1, "columns": 1, "partial": []}));
        assert_eq!((&first["credentials"]["port"], &first["credentials"]["username"]), (&json!(source.port), &json!(source.user)));
        assert!(first["credentials"].get("password").is_none());
        assert!(first["createdAt"].as_str().expect("time").ends_with('Z'));
        let id = first["id"].as_str().expect("id").to_owned();
        assert_eq!(client.sync(json!({"datasourceId": id})).await.status, 200, "the id is the one that sync takes");
        client.update(&source.body("x")).await.ok();
        assert_eq!(details().await["secretFingerprints"], first["secretFingerprints"], "the same secret");
        source.admin_sql(&format!("alter role {} password 'other'", source.user)).await;
        client.sync_name("x").await;
        assert_eq!(details().await["status"], "sync_failed");
        client.update(&source.body_with("x", &json!({"password": "other"}))).await.ok();
        assert_ne!(details().await["secretFingerprints"], first["secretFingerprints"], "another secret");
        let other = server.client(&setup.token("other"));
        assert_eq!(other.get("/api/v2/datasource/details?datasourceName=x").await.code(), (400, "DATASOURCE_NAME_ERROR"));
        assert_eq!(client.get("/api/v2/datasource/details").await.message(), "\"datasourceName\" is required");
    }
}

#[tokio::test]
async fn schema_by_pages_and_by_tag() {
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (server, client) = setup.client();
        let source = Source::new().await;
        source.sql("do $$ begin for n in 1..120 loop execute format('create table t%s (id int primary key)', lpad(n::text, 3, '0')); end loop; end $$; create schema other; create view other.v as select 1 as one").await;
        client.create(&source.body("x")).await.ok();
        let path = "/api/v2/datasource/schema?datasourceName=x";
        let first = client.get(path).await;
        let tag = first.headers["etag"].clone();
        let data = first.ok()["data"].clone();
        assert_eq!(data["summary"], json!({"schemas": ["other", "public"], "tables": 121, "columns": 121, "partial": []}));
        assert_eq!(data["tables"].as_array().map(Vec::len), Some(100));
        assert_eq!(data["tables"][0]["definition"]["table"], "v");
        assert!(data["tables"][0]["definition"].get("v").is_none(), "the version of the form is the store's business");
        assert_eq!(client.get(&format!("{path}&pageNumber=2")).await.ok()["data"]["tables"].as_array().map(Vec::len), Some(21));
        assert_eq!(client.get(&format!("{path}&pageNumber=3")).await.ok()["data"]["tables"], json!([]));
        let one = client.get(&format!("{path}&schema=public&table=t007")).await.ok();
        assert_eq!(one["data"]["tables"][0]["definition"]["primaryKey"], json!(["id"]));
        assert_eq!(client.get(&format!("{path}&pageNumber=0")).await.code(), (400, "INVALID_REQUEST_BODY"));
        assert_eq!(server.client(&setup.token("other")).get(path).await.code(), (400, "DATASOURCE_NAME_ERROR"));

        let known = || client.request(reqwest::Method::GET, path).header("if-none-match", tag.clone());
        client.sync_name("x").await.ok();
        let same = client.send(known()).await;
        assert_eq!((same.status, same.text.as_str(), &same.headers["etag"]), (304, "", &tag));
        source.sql("drop table t001").await;
        client.sync_name("x").await.ok();
        assert_eq!(client.send(known()).await.status, 200);
    }
}
