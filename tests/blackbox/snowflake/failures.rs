//! Broken set-ups: each with the step, code, field and remedy that are said about it.
//!
//! Peers: tls.

use serde_json::{Value, json};

use super::{body, fake, key, server};
use crate::fakes::http::{Reply, serve_with};
use crate::fakes::snowflake::Fake;
use crate::support::diagnose::{Broken, outcome};
use crate::support::{Setup, closed_port};

fn refused(number: &str) -> Value {
    json!({"success": false, "code": number, "message": "canary", "data": null})
}

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let (server, client) = server(&setup);
    let running = fake().start().await;
    let (_held, closed) = closed_port();
    let keyed = |key: &str| json!({"credentials": "Key-pair authentication", "privateKey": key, "password": null});
    let host = "give the account's identifier, or its host under snowflakecomputing.com; the operator of this server may allow another by its name";
    for (case, port, changes, step, code, field, remedy) in [
        (
            "password",
            running.port,
            json!({"password": "canary-pw"}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("password"),
            "check username and password",
        ),
        (
            "no key",
            closed,
            keyed("canary-key"),
            "validate",
            "PRIVATE_KEY_INVALID",
            Some("privateKey"),
            "give the whole private key in PEM (PKCS#8), BEGIN and END lines included",
        ),
        (
            "role",
            running.port,
            json!({"role": "Nobody"}),
            "role",
            "ROLE_NOT_FOUND",
            Some("role"),
            "check role: \"Nobody\" or \"NOBODY\" is not there, or not granted to the user",
        ),
        (
            "warehouse",
            running.port,
            json!({"warehouse": "none"}),
            "warehouse",
            "WAREHOUSE_NOT_FOUND",
            Some("warehouse"),
            "check warehouse: the role sees no \"none\" or \"NONE\"; names are compared with their case (USAGE may have to be granted)",
        ),
        (
            "database",
            running.port,
            json!({"database": "NONE"}),
            "database",
            "DATABASE_NOT_FOUND",
            Some("database"),
            "check database: the role sees no \"NONE\"; names are compared with their case (USAGE may have to be granted)",
        ),
        (
            "schema",
            running.port,
            json!({"schema": "Sales"}),
            "schema",
            "SCHEMA_NOT_FOUND",
            Some("schema"),
            "check schema: there is \"sales\", and names are compared with their case",
        ),
        (
            "a database in quotes",
            running.port,
            json!({"database": "\"db\""}),
            "database",
            "DATABASE_NOT_FOUND",
            Some("database"),
            "check database: there is \"DB\", and names are compared with their case",
        ),
        (
            "own CA",
            running.port,
            json!({"sslCa": null}),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa",
        ),
        (
            "closed port",
            closed,
            json!({}),
            "connect",
            "CONNECTION_REFUSED",
            Some("port"),
            "check host and port, and that the server is running",
        ),
        // S12: a name that only looks like the vendor's.
        (
            "another's host",
            closed,
            json!({"host": "myorg.snowflakecomputing.com.example.net"}),
            "policy",
            "TARGET_DENIED",
            Some("host"),
            host,
        ),
        ("an address", closed, json!({"host": "169.254.169.254"}), "policy", "TARGET_DENIED", Some("host"), host),
        (
            "this machine by its address",
            running.port,
            json!({"host": format!("127.0.0.1:{}", running.port)}),
            "policy",
            "TARGET_DENIED",
            Some("host"),
            host,
        ),
    ] {
        Broken { case, changes, step, code, field, remedy }.check(&client, &body(port, &json!({}))).await;
    }
    assert!(!server.log().contains("canary"));
    for (changes, message) in [
        (json!({"credentials": "oauth"}), "\"credentials.credentials\" must be one of [username/password, Key-pair authentication]"),
        (json!({"password": ""}), "\"credentials.password\" is required"),
        (json!({"credentials": "Key-pair authentication"}), "\"credentials.privateKey\" is required"),
        (
            json!({"host": "a/b"}),
            "\"credentials.host\" must be an account (myorg-myaccount, or locator.region.cloud) or its host (myorg-myaccount.snowflakecomputing.com)",
        ),
    ] {
        let answer = client.create(&body(closed, &changes)).await;
        assert_eq!((answer.code().0, answer.message()), (400, message));
    }
}

/// What a login may be answered with.
#[tokio::test]
async fn logins() {
    let setup = Setup::sqlite().await;
    let (_server, client) = server(&setup);
    let next = |action: &str| json!({"success": true, "code": null, "data": {"nextAction": action, "inFlightCtx": "x"}});
    let by_key = json!({"credentials": "Key-pair authentication", "privateKey": key(), "password": null});
    let network = "let the account's network policy admit this server's address";
    let factor = "use Key-pair authentication, or a user of TYPE = SERVICE or LEGACY_SERVICE that needs no second factor";
    let jwt = "check host and username, that the public key is set (ALTER USER … SET RSA_PUBLIC_KEY = …), and this machine's clock";
    for (case, answer, changes, code, field, remedy) in [
        ("token", refused("390144"), by_key.clone(), "AUTHENTICATION_FAILED", Some("privateKey"), jwt),
        ("fingerprint", refused("394304"), by_key.clone(), "AUTHENTICATION_FAILED", Some("privateKey"), jwt),
        ("no such user, by key", refused("390100"), by_key, "AUTHENTICATION_FAILED", Some("privateKey"), jwt),
        ("network policy", refused("390422"), json!({}), "NOT_ADMITTED", Some("username"), network),
        ("second factor", refused("390127"), json!({}), "AUTHENTICATION_UNSUPPORTED", Some("username"), factor),
        ("Duo", next("EXT_AUTHN_DUO_ALL"), json!({}), "AUTHENTICATION_UNSUPPORTED", Some("username"), factor),
        ("new password", next("PWD_CHANGE"), json!({}), "PASSWORD_EXPIRED", Some("password"), "set a new password at the server"),
        ("something new", refused("399999"), json!({}), "SERVER_ERROR", None, "look into the server's log"),
    ] {
        let running = Fake { login: Some(answer), ..fake() }.start().await;
        Broken { case, changes, step: "authenticate", code, field, remedy }.check(&client, &body(running.port, &json!({}))).await;
    }
    let account = "check host: the account's identifier, with its region where it has one";
    let other = "check host: what answers there is no Snowflake";
    for (status, text, code, field, remedy) in [
        (403, "<html>", "ACCOUNT_NOT_FOUND", Some("host"), account),
        (404, "<html>", "ACCOUNT_NOT_FOUND", Some("host"), account),
        (429, "", "TOO_MANY_CONNECTIONS", None, "raise the server's or the user's connection limit, or try again later"),
        (503, "", "NOT_READY", None, "try again later"),
        (200, "<html>", "PROTOCOL_ERROR", Some("port"), "check port and datasourceType"),
        (500, "<html>", "PROTOCOL_ERROR", Some("host"), other),
        (302, "", "REDIRECTED", Some("host"), "give the final host and port"),
    ] {
        let running = serve_with(true, move |_, _| Reply::Whole(status, vec![], text.to_owned())).await;
        Broken { case: text, changes: json!({}), step: "authenticate", code, field, remedy }
            .check(&client, &body(running.port, &json!({})))
            .await;
    }
}

/// Errors of statements at three moments.
#[tokio::test]
async fn errors_of_the_server() {
    let setup = Setup::sqlite().await;
    let (server, client) = server(&setup);
    for (needle, number, step, code) in [
        ("use role", "000603", "role", "SERVER_ERROR"),
        ("show objects", "003001", "list", "NO_PRIVILEGE"),
        ("show objects", "000630", "list", "RESOURCES_EXHAUSTED"),
        ("show objects", "390112", "list", "CONNECTION_CLOSED"),
    ] {
        let running = Fake { errors: vec![(needle, number)], ..fake() }.start().await;
        assert_eq!(outcome(&client, &body(running.port, &json!({}))).await, (json!(step), json!(code)), "{needle} {number}");
    }
    // A warehouse that goes while it is asked, and keys that nobody may see: the rest is read.
    for errors in [
        vec![(".information_schema.tables ", "090073"), (".information_schema.columns ", "000606")],
        vec![(".information_schema.columns ", "000606"), ("show warehouses", "003001")],
    ] {
        let running = Fake { errors, ..fake() }.start().await;
        assert_eq!(outcome(&client, &body(running.port, &json!({}))).await, (json!("ok"), Value::Null));
    }
    let running = Fake {
        errors: vec![("show primary keys", "003001"), ("show columns", "000603"), (".information_schema.columns ", "000606")],
        ..fake()
    }
    .start()
    .await;
    let (step, code) = outcome(&client, &body(running.port, &json!({}))).await;
    assert_eq!((step, code), (json!("read"), json!("SERVER_ERROR")), "no columns at all");
    assert!(!server.log().contains("canary"));
}
