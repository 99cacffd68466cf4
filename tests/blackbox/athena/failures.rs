//! Broken set-ups: each with the step, code, field and remedy that are said about it.

use serde_json::{Value, json};

use super::{body, fake};
use crate::fakes::athena::Fake;
use crate::fakes::http::{Reply, serve};
use crate::support::Setup;
use crate::support::closed_port;
use crate::support::diagnose::Broken;

const KEY: &str = "check accessKeyId: there is no such key, it is inactive, or the account has not enabled the region";
const SECRET: &str = "check secretAccessKey, and the clock of this server";
const CATALOG: &str = "check datasourceId: it is the name of a data catalog, as a rule AwsDataCatalog";
const OUTPUT: &str = "check that s3OutputBucket is there, is in the region, and that the key may write to it";
const GROUP: &str = "check workGroup, or enable the workgroup";

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    let (_held, closed) = closed_port();
    let closed = format!("http://127.0.0.1:{closed}");
    for (case, changes, step, code, field, remedy) in [
        ("key", json!({"accessKeyId": "AKIAOTHER"}), "authenticate", "AUTHENTICATION_FAILED", Some("accessKeyId"), KEY),
        ("secret", json!({"secretAccessKey": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("secretAccessKey"), SECRET),
        ("workgroup", json!({"workGroup": "nowhere"}), "workgroup", "WORKGROUP_UNUSABLE", Some("workGroup"), GROUP),
        ("database", json!({"database": "nowhere"}), "database", "DATABASE_NOT_FOUND", Some("database"), "check database"),
        ("catalog", json!({"datasourceId": "nowhere"}), "database", "DATABASE_NOT_FOUND", Some("datasourceId"), CATALOG),
        (
            "closed port",
            json!({"endpoint": closed}),
            "connect",
            "CONNECTION_REFUSED",
            Some("endpoint"),
            "check region and endpoint, and that the server is running",
        ),
        (
            "unknown host",
            json!({"endpoint": "http://nowhere.invalid"}),
            "resolve",
            "HOST_NOT_FOUND",
            Some("region"),
            "check the spelling of the region",
        ),
        (
            "metadata service",
            json!({"endpoint": "http://169.254.169.254"}),
            "policy",
            "TARGET_DENIED",
            Some("region"),
            "ask the operator of this server to allow it",
        ),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
}

/// What the service refuses, call by call.
#[tokio::test]
async fn refusals() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let allow = |what: &str| -> &'static str { format!("allow {what} in a policy of the key's user in IAM").leak() };
    let tables = allow("athena:ListTableMetadata and glue:GetTables");
    let databases = allow("athena:GetDatabase and glue:GetDatabase");
    for (call, failure, step, code, field, remedy) in [
        ("GetDatabase", "AccessDeniedException", "database", "NO_PRIVILEGE", Some("accessKeyId"), databases),
        ("ListTableMetadata", "AccessDeniedException", "list", "NO_PRIVILEGE", Some("accessKeyId"), tables),
        ("StartQueryExecution", "AccessDeniedException", "query", "NO_PRIVILEGE", Some("accessKeyId"), allow("athena:StartQueryExecution")),
        ("StartQueryExecution", "InvalidRequestException", "query", "OUTPUT_UNUSABLE", Some("s3OutputBucket"), OUTPUT),
        ("GetQueryExecution", "InternalServerException", "query", "NOT_READY", None, "try again later"),
        ("ListTableMetadata", "MetadataException", "list", "SERVER_ERROR", None, "look into the server's log"),
        (
            "GetWorkGroup",
            "OptInRequired",
            "authenticate",
            "NOT_ADMITTED",
            Some("accessKeyId"),
            "enable the service and the region in the AWS account",
        ),
    ] {
        let running = Fake { failing: vec![(call, failure)], ..fake() }.start().await;
        Broken { case: failure, changes: json!({}), step, code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
    let disabled = Fake { state: "DISABLED", ..fake() }.start().await;
    let remedy = "enable the workgroup, or name another as workGroup";
    Broken { case: "disabled", changes: json!({}), step: "workgroup", code: "WORKGROUP_UNUSABLE", field: Some("workGroup"), remedy }
        .check(&client, &body(disabled.port, &json!({})))
        .await;
    for (state, code, field, remedy) in [
        (
            json!({"State": "FAILED", "AthenaError": {"ErrorCategory": 2, "ErrorType": 401}}),
            "OUTPUT_UNUSABLE",
            Some("s3OutputBucket"),
            OUTPUT,
        ),
        (
            json!({"State": "FAILED", "AthenaError": {"ErrorCategory": 1, "ErrorType": 100}}),
            "SERVER_ERROR",
            None,
            "look into the server's log",
        ),
        (json!({"State": "CANCELLED"}), "RESOURCES_EXHAUSTED", None, "raise the limit for this user, or try again later"),
    ] {
        let running = Fake { statement: vec![state], ..fake() }.start().await;
        Broken { case: "statement", changes: json!({}), step: "query", code, field, remedy }
            .check(&client, &body(running.port, &json!({})))
            .await;
    }
}

/// Answers that are none of the service's.
#[tokio::test]
async fn statuses() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let protocol = "check endpoint and datasourceType";
    for (status, text, code, field, remedy) in [
        (200, "<html>", "PROTOCOL_ERROR", Some("endpoint"), protocol),
        (403, "<html>", "PROTOCOL_ERROR", Some("endpoint"), protocol),
        (302, "", "PROTOCOL_ERROR", Some("endpoint"), protocol),
        (503, "<html>", "NOT_READY", None, "try again later"),
    ] {
        let running =
            serve(move |_, _| Reply::Whole(status, vec![("Location", "http://169.254.169.254/".to_owned())], text.to_owned())).await;
        Broken { case: text, changes: json!({}), step: "authenticate", code, field, remedy }
            .check(&client, &body(running.port, &json!({})))
            .await;
    }
}

/// Threats S12 and S13: what becomes part of a host name has a grammar, and nothing stands in for keys that are not given.
#[tokio::test]
async fn s12_s13_refused_before_anything_is_sent() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = fake().start().await;
    let region = "\"credentials.region\" must be the code of an AWS region, for example eu-west-1";
    let key = "\"credentials.accessKeyId\" must be the ID of an access key: letters, digits, _ and - only";
    let output = "\"credentials.s3OutputBucket\" must be a bucket, bucket/prefix or s3://bucket/prefix";
    let endpoint = "\"credentials.endpoint\" must be a host, alone or after http:// or https://, with or without a port, and without path";
    for (changes, message) in [
        (json!({"region": "x.evil.tld/#"}), region),
        (json!({"region": "us-east-1.evil.tld"}), region),
        (json!({"region": "us-east-1@evil.tld"}), region),
        (json!({"region": "  "}), region),
        (json!({"accessKeyId": " \t"}), key),
        (json!({"accessKeyId": "a/b"}), key),
        (json!({"accessKeyId": ""}), "\"credentials.accessKeyId\" is not allowed to be empty"),
        (json!({"secretAccessKey": " \n "}), "\"credentials.secretAccessKey\" is not allowed to be empty"),
        (json!({"secretAccessKey": ""}), "\"credentials.secretAccessKey\" is not allowed to be empty"),
        (json!({"secretAccessKey": Value::Null}), "\"credentials.secretAccessKey\" is required"),
        (json!({"s3OutputBucket": "https://results"}), output),
        (json!({"s3OutputBucket": "a@b/c"}), output),
        (json!({"endpoint": "http://127.0.0.1:1/latest"}), endpoint),
        (json!({"endpoint": "file:///etc/passwd"}), endpoint),
        (json!({"endpoint": "http://u:p@localhost"}), endpoint),
    ] {
        let answer = client.create(&body(running.port, &changes)).await;
        assert_eq!((answer.status, answer.message()), (400, message), "{changes}");
    }
    assert_eq!(running.requests().len(), 0);
}
