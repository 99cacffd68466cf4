//! Whatever goes wrong before an endpoint is reached has the contract's error shape.

use reqwest::Method;
use serde_json::json;

use crate::support::client::PATH;
use crate::support::{Answer, Setup};

/// Exactly the two members, in JSON, with a request id.
#[track_caller]
fn shaped(answer: &Answer) {
    let error = answer.body["error"].as_object().unwrap_or_else(|| panic!("no error object: {}", answer.text));
    assert_eq!(error.keys().collect::<Vec<_>>(), ["code", "message"], "{}", answer.text);
    assert_eq!(answer.body.as_object().expect("object").len(), 1);
    assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()));
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(answer.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn bodies_that_are_no_json_object() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20));
    let json_type = "application/json";
    for (body, media_type, status, message) in [
        ("{", json_type, 400, "the request body is not valid JSON (line 1, column 1)"),
        ("", json_type, 400, "the request body is empty: send a JSON object"),
        (" \r\n", json_type, 400, "the request body is empty: send a JSON object"),
        ("{'a':1}", json_type, 400, "the request body is not valid JSON (line 1, column 2)"),
        ("[]", json_type, 400, "\"value\" must be of type object, and is a list: send a JSON object"),
        ("\"{}\"", json_type, 400, "\"value\" must be of type object, and is a string: send a JSON object"),
        ("5", json_type, 400, "\"value\" must be of type object, and is a number: send a JSON object"),
        ("true", json_type, 400, "\"value\" must be of type object, and is a boolean: send a JSON object"),
        ("null", json_type, 400, "\"value\" must be of type object, and is null: send a JSON object"),
        (deep.as_str(), json_type, 400, "the request body is nested too deeply (line 1, column 128)"),
        (large.as_str(), json_type, 413, "the request body is larger than 1048576 bytes"),
        ("{}", "text/plain", 400, "Content-Type must be application/json"),
        ("{}", "application/x-www-form-urlencoded", 400, "Content-Type must be application/json"),
        ("{}", "", 400, "Content-Type must be application/json"),
        ("{}", "application/json; charset=utf-8", 400, "\"datasourceType\" is required"),
    ] {
        for method in [Method::POST, Method::PUT] {
            let answer = client.send(client.request(method, PATH).header("content-type", media_type).body(body.to_owned())).await;
            assert_eq!((answer.status, answer.message()), (status, message), "{media_type}");
            assert_eq!(answer.code().1, "INVALID_REQUEST_BODY");
            shaped(&answer);
        }
    }
    let zipped =
        client.request(Method::POST, PATH).header("content-type", json_type).header("content-encoding", "gzip").body(vec![0x1f, 0x8b]);
    let answer = client.send(zipped).await;
    assert_eq!((answer.status, answer.message()), (400, "Content-Encoding is not supported: send the body as it is"));
}

/// A client that asks before it sends gets 413 in place of the sign to go on, and nothing has to be sent.
#[tokio::test]
async fn what_is_too_large_is_said_before_it_is_sent() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let head = |length: usize| {
        format!("POST {PATH} HTTP/1.1\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n")
    };
    let refused = client.raw(&head(1_048_577), "").await;
    assert!(refused.starts_with("HTTP/1.1 413 ") && refused.contains("the request body is larger than 1048576 bytes"), "{refused}");
    let taken = client.raw(&head(2), "{}").await;
    assert!(taken.starts_with("HTTP/1.1 100 Continue\r\n") && taken.contains("\"datasourceType\\\" is required"), "{taken}");
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for path in ["/", "/nope", "/api", "/api/v2/datasources", "/api/v2/datasource//", "/api/v2/datasource;x=1", "//api/v2/datasource"] {
        let answer = client.get(path).await;
        assert_eq!(answer.code(), (404, "NOT_FOUND"), "{path}");
        shaped(&answer);
    }
    for (method, path) in
        [(Method::PATCH, PATH), (Method::GET, "/api/v2/datasource/sync"), (Method::POST, "/openapi.json"), (Method::OPTIONS, PATH)]
    {
        let answer = client.send(client.request(method, path)).await;
        assert_eq!(answer.code(), (405, "METHOD_NOT_ALLOWED"), "{path}");
        assert!(answer.headers.contains_key("allow"));
        shaped(&answer);
    }
}

/// One slash at the end changes nothing, where a token is asked for.
#[tokio::test]
async fn a_slash_at_the_end() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for path in ["/api/v2/datasource/", "/api/v2/datasource/?isPagination=true", "/api/v2/datasource/types/"] {
        assert_eq!(client.get(path).await.status, 200, "{path}");
        assert_eq!(client.with_token("x").get(path).await.code(), (401, "AUTHENTICATION_ERROR"), "{path}");
    }
    let answer = client.send(client.request(Method::POST, "/api/v2/datasource/sync/").json(&json!({}))).await;
    assert_eq!(answer.message(), "\"input\" is required");
    assert_eq!(client.send(client.request(Method::PATCH, "/api/v2/datasource/")).await.code(), (405, "METHOD_NOT_ALLOWED"));
    let metrics = client.get("/metrics").await.text;
    assert!(metrics.contains("route=\"/api/v2/datasource/types\",status=\"200\"") && !metrics.contains("/\""), "{metrics}");
}

/// Threat L8: authentication lies outside of routing; no spelling of a path slips past it.
#[tokio::test]
async fn l8_no_path_is_open_but_those_listed() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let stranger = client.with_token("dbn_live_wrong");
    for path in [
        "/",
        PATH,
        "/nope",
        "/api/v2/datasource/sync",
        "/health/live/",
        "/health/live;x",
        "/health/../api/v2/datasource",
        "//metrics",
        "/health/live/../../api/v2/datasource",
    ] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.code(), (401, "AUTHENTICATION_ERROR"), "{path}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        shaped(&answer);
    }
    for path in ["/health/../api/v2/datasource", "/health/live/..;/x", "/health/%6cive", "/./metrics", "/HEALTH/LIVE", "/metrics%00"] {
        assert_eq!(stranger.raw_status(path).await, 401, "{path}");
        assert_eq!(client.raw_status(path).await, 404, "{path}");
    }
    for path in ["/health/live", "/health/ready", "/api/health/live", "/api/health/ready", "/metrics", "/openapi.json"] {
        assert_eq!(stranger.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_request_id_is_the_clients_if_it_is_sound() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let answer = client.send(client.request(Method::GET, PATH).header("x-request-id", "my-id.42")).await;
    assert_eq!(answer.headers["x-request-id"], "my-id.42");
    assert!(server.logged("my-id.42"));
    for id in ["", "two words", "\"quoted\" and more", &"x".repeat(129)] {
        let answer = client.send(client.request(Method::GET, PATH).header("x-request-id", id)).await;
        let given = answer.headers["x-request-id"].to_str().expect("text");
        assert!(given != id && given.parse::<uuid::Uuid>().is_ok(), "{given}");
    }
}

/// The order of checks: token, body, name, type; each failure hides the later ones.
#[tokio::test]
async fn the_order_of_checks() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let nonsense = json!({"datasourceType": "postgres", "credentials": {"name": "n"}});
    assert_eq!(client.with_token("").create(&nonsense).await.code().0, 401);
    assert_eq!(client.create(&nonsense).await.message(), "\"credentials.host\" is required");
    let unreachable =
        json!({"name": "n", "host": "127.0.0.1", "port": 1, "username": "u", "password": "p", "database": "d", "schema": "s"});
    let body = json!({"datasourceType": "postgres", "credentials": unreachable, "tenancySettings": {}});
    assert_eq!(client.create(&body).await.message(), "\"tenancySettings.tenancyLevel\" is required");
    assert_eq!(
        client.update(&json!({"datasourceType": "postgres", "credentials": unreachable})).await.code(),
        (400, "DATASOURCE_NAME_ERROR")
    );
    assert_eq!(
        client.create(&json!({"datasourceType": "postgres", "credentials": unreachable})).await.code(),
        (400, "CREDENTIAL_TEST_FAILED")
    );
}
