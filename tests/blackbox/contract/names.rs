//! Names are anything, compared byte for byte.

use serde_json::json;

use crate::support::process::BOTH_STORES;
use crate::support::{Setup, Source};

#[tokio::test]
async fn awkward_names_through_every_endpoint() {
    let long = "ä".repeat(255);
    let names = [
        "plain",
        "Plain",
        "PLAIN",
        " leading",
        "trailing ",
        "é",
        "e\u{301}",
        "..",
        ".",
        "../admin",
        "a/b",
        "a%2fb",
        "a?b#c&d=e",
        "quote'",
        "double\"quote",
        "'; drop table datasource; --",
        "\\",
        "%",
        "_",
        "名前",
        "👩‍👩‍👧",
        "\u{202e}abc",
        "a\nb",
        "\u{1b}[31m",
        "null",
        "true",
        "1",
        &long,
    ];
    for kind in BOTH_STORES {
        let setup = Setup::new(kind).await;
        let (_server, client) = setup.client();
        let source = Source::new().await;
        for name in names {
            assert_eq!(client.create(&source.body(name)).await.ok(), json!({"name": name}));
        }
        assert_eq!(client.names().await, names);
        for name in names {
            assert_eq!(client.create(&source.body(name)).await.code(), (400, "DATASOURCE_NAME_ERROR"), "{name}");
            client.update(&source.body(name)).await.ok();
            client.sync_name(name).await.ok();
            assert_eq!(client.delete(name).await.status, 200, "{name}");
            assert_eq!(client.delete(name).await.status, 400, "{name}");
        }
        assert_eq!(client.names().await, [""; 0]);
    }
}

/// SQL in every field reaches neither the store nor the source as SQL.
#[tokio::test]
async fn meta_characters_in_every_field() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let source = Source::new().await;
    let evil = "'; drop schema public cascade; -- \" \\ $1 %s ${x}";
    source.sql("create table t (id int)").await;
    for field in ["username", "password", "database", "schema"] {
        let answer = client.create(&source.body_with("x", &json!({field: evil}))).await;
        assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"), "{field}: {}", answer.text);
        assert!(!answer.text.contains("drop schema"), "{}", answer.text);
    }
    let mut body = source.body("x");
    body["tenancySettings"] = json!({"tenancyLevel": "TABLE", "clientColumnType": "STRING", "schemaName": evil, "tableName": evil, "tableClientNameColumn": evil, "tablePrimaryKeyColumn": evil});
    client.create(&body).await.ok();
    assert_eq!(client.progress("x").await.ok()["status"]["progress"], "1/1");
}
