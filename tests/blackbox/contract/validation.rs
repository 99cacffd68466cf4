//! `INVALID_REQUEST_BODY`: each rule with its text, the first failure alone.

use serde_json::{Value, json};

use crate::support::Setup;

fn body(changes: &Value) -> Value {
    let mut credentials =
        json!({"name": "n", "host": "h.example", "port": 5432, "username": "u", "password": "p", "database": "d", "schema": "s"});
    for (key, value) in changes.as_object().expect("object") {
        credentials[key] = value.clone();
    }
    json!({"datasourceType": "postgres", "credentials": credentials})
}

#[tokio::test]
async fn each_rule_of_create_and_update() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let all = "\"datasourceType\" must be one of [snowflake, postgres, redshift, cockroachdb, mysql, mongodb, clickhouse, singlestore, bigquery, \
               databricks, elasticsearch, opensearch, mssql, awss3, csv, firebolt, athena, trino]";
    let long = "ä".repeat(256);
    let too_long = "\"credentials.name\" length must be less than or equal to 255 characters long";
    for (request, message) in [
        (json!({}), "\"datasourceType\" is required"),
        (json!({"datasourceType": 5}), "\"datasourceType\" must be a string"),
        (json!({"datasourceType": "Postgres"}), &format!("{all} (did you mean postgres?)")),
        (json!({"datasourceType": "postgresql"}), &format!("{all} (did you mean postgres?)")),
        (json!({"datasourceType": "MariaDB"}), &format!("{all} (did you mean mysql?)")),
        (json!({"datasourceType": "sqlserver"}), &format!("{all} (did you mean mssql?)")),
        (json!({"datasourceType": "s3"}), &format!("{all} (did you mean awss3?)")),
        (json!({"datasourceType": "h2"}), all),
        (json!({"datasourceType": ""}), all),
        (json!({"datasourceType": "postgres"}), "\"credentials\" is required"),
        (json!({"datasourceType": "postgres", "credentials": "x"}), "\"credentials\" must be of type object"),
        (json!({"datasourceType": "postgres", "credentials": null}), "\"credentials\" must be of type object"),
        (
            json!({"datasourceType": "postgres", "credentials": "{\"name\": \"n\"}"}),
            "\"credentials\" must be of type object, and is a string of JSON: send it without the quotes",
        ),
        (json!({"datasourceType": "postgres", "credentials": {}}), "\"credentials.name\" is required"),
        (json!({"datasourceType": "postgres", "credentials": {"Name": "n"}}), "\"credentials.host\" is required"),
        (body(&json!({"Name": "other"})), "\"credentials.name\" is given twice with different values, as name and as Name"),
        (
            json!({"datasourceType": "postgres", "datasource_type": "mysql"}),
            "\"datasourceType\" is given twice with different values, as datasourceType and as datasource_type",
        ),
        (body(&json!({"name": 5})), "\"credentials.name\" must be a string"),
        (body(&json!({"name": null})), "\"credentials.name\" must be a string"),
        (body(&json!({"name": ""})), "\"credentials.name\" is not allowed to be empty"),
        (body(&json!({"name": " \t"})), "\"credentials.name\" is not allowed to be empty"),
        (body(&json!({"name": "a\0b"})), "\"credentials.name\" must not contain a NUL character"),
        (body(&json!({"name": long})), too_long),
        (body(&json!({"host": ""})), "\"credentials.host\" is not allowed to be empty"),
        (body(&json!({"host": "/tmp"})), "\"credentials.host\" must be a host name or an IP address, not a path"),
        (body(&json!({"port": 0})), "\"credentials.port\" must be greater than or equal to 1"),
        (body(&json!({"port": 70000})), "\"credentials.port\" must be less than or equal to 65535"),
        (body(&json!({"port": "70000"})), "\"credentials.port\" must be less than or equal to 65535"),
        (body(&json!({"port": "x"})), "\"credentials.port\" must be a number"),
        (body(&json!({"port": null})), "\"credentials.port\" must be a number"),
        (body(&json!({"password": 5})), "\"credentials.password\" must be a string"),
        (body(&json!({"sslMode": "maybe"})), "\"credentials.sslMode\" must be a boolean"),
        (
            body(&json!({"sslMode": "require"})),
            "\"credentials.sslMode\" must be a boolean: true for TLS, false for none; sslVerify (full, ca, none) says what is checked",
        ),
        (body(&json!({"sshTunnel": true})), "\"credentials.sshTunnel\" must be one of [enable, disable]"),
        (body(&json!({"sshTunnel": "on"})), "\"credentials.sshTunnel\" must be one of [enable, disable]"),
        (body(&json!({"sshTunnel": "enable"})), "\"credentials.sshHost\" is required"),
        (body(&json!({"host": 1, "port": "x", "schema": ""})), "\"credentials.host\" must be a string"),
    ] {
        for answer in [client.create(&request).await, client.update(&request).await] {
            assert_eq!((answer.status, answer.code().1, answer.message()), (400, "INVALID_REQUEST_BODY", message), "{request}");
        }
    }
}

/// Every type of the contract has a connector: what is said of a body without credentials is about its fields.
#[tokio::test]
async fn every_type_has_a_connector() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (kind, missing) in [
        ("athena", "database"),
        ("awss3", "bucket"),
        ("bigquery", "credentialsJson"),
        ("clickhouse", "host"),
        ("cockroachdb", "host"),
        ("databricks", "host"),
        ("elasticsearch", "server_type"),
        ("firebolt", "clientId"),
        ("mongodb", "host"),
        ("mssql", "server"),
        ("mysql", "host"),
        ("opensearch", "server_type"),
        ("postgres", "host"),
        ("redshift", "host"),
        ("singlestore", "host"),
        ("snowflake", "host"),
        ("trino", "host"),
    ] {
        let answer = client.create(&json!({"datasourceType": kind, "credentials": {"name": "n"}})).await;
        assert_eq!(answer.code(), (400, "INVALID_REQUEST_BODY"));
        assert_eq!(answer.message(), format!("\"credentials.{missing}\" is required"), "{kind}");
    }
    assert_eq!(client.names().await, [""; 0]);
    client.create(&json!({"datasourceType": "csv", "credentials": {"name": "n"}})).await.ok();
}

#[tokio::test]
async fn list_delete_sync_and_progress() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (query, message) in [
        ("isPagination=yes", "\"isPagination\" must be one of [true, false]"),
        ("isPagination=", "\"isPagination\" must be one of [true, false]"),
        ("isPagination=TRUE", "\"isPagination\" must be one of [true, false]"),
        ("isPagination=true&isPagination=true", "\"isPagination\" must be a string"),
        ("pageNumber=0", "\"pageNumber\" must be a number of 1 or more"),
        ("pageNumber=-1&isPagination=true", "\"pageNumber\" must be a number of 1 or more"),
        ("pageNumber=1.5", "\"pageNumber\" must be a number of 1 or more"),
        ("pageNumber=01", "\"pageNumber\" must be a number of 1 or more"),
        ("pageNumber=%00", "\"pageNumber\" must be a string"),
    ] {
        let answer = client.get(&format!("/api/v2/datasource?{query}")).await;
        assert_eq!((answer.code(), answer.message()), ((400, "INVALID_REQUEST_BODY"), message), "{query}");
    }
    for query in
        ["", "pageNumber=7", "isPagination=true", "isPagination=true&pageNumber=99999999999999999999999", "isPagination=false&other=1"]
    {
        assert_eq!(client.get(&format!("/api/v2/datasource?{query}")).await.ok(), json!({"data": []}), "{query}");
    }
    for (query, code, message) in [
        ("", "INVALID_REQUEST_BODY", "\"datasourceName\" is required"),
        ("?datasourceName=", "INVALID_REQUEST_BODY", "\"datasourceName\" is not allowed to be empty"),
        ("?datasourceName=a%00", "INVALID_REQUEST_BODY", "\"datasourceName\" must be a string"),
        ("?datasourceName=nope", "DATASOURCE_NAME_ERROR", "Datasource not found"),
        ("?datasourceName=%FF", "INVALID_REQUEST_BODY", "the query is not valid UTF-8"),
    ] {
        let answer = client.send(client.request(reqwest::Method::DELETE, &format!("/api/v2/datasource{query}"))).await;
        assert_eq!((answer.code(), answer.message()), ((400, code), message), "{query}");
    }
    for path in ["/api/v2/datasource/sync", "/api/v2/datasource/getDatasourceProgress"] {
        for (request, code, message) in [
            (json!({}), "INVALID_REQUEST_BODY", "\"input\" is required"),
            (json!({"input": 1}), "INVALID_REQUEST_BODY", "\"input\" must be of type object"),
            (json!({"input": {}}), "INVALID_REQUEST_BODY", "\"input.datasourceId\" is required"),
            (json!({"input": {"datasourceId": 5}}), "INVALID_REQUEST_BODY", "\"input.datasourceId\" must be a string"),
            (json!({"input": {"datasourceId": ""}}), "INVALID_REQUEST_BODY", "\"input.datasourceId\" is not allowed to be empty"),
            (json!({"input": {"datasourceId": "not-a-uuid"}}), "DATASOURCE_ID_ERROR", "Invalid datasource id"),
            (json!({"input": {"datasourceId": "ba8e6e45-d864-4d00-a07a-008507828114"}}), "DATASOURCE_ID_ERROR", "Invalid datasource id"),
            (json!({"input": {"datasourceName": "nope"}}), "DATASOURCE_NAME_ERROR", "Datasource not found"),
        ] {
            let answer = client.send(client.request(reqwest::Method::POST, path).json(&request)).await;
            assert_eq!((answer.code(), answer.message()), ((400, code), message), "{path} {request}");
        }
    }
}
