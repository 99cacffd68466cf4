//! Broken set-ups: each with the step, code, field and remedy that are said about it.

use serde_json::{Value, json};

use super::{body, cloud_id, elastic};
use crate::fakes::http::{Reply, serve};
use crate::fakes::search::{Fake, elasticsearch, opensearch};
use crate::fakes::tls::authority;
use crate::support::diagnose::{Broken, failed};
use crate::support::{Client, Setup, closed_port, diagnose::diagnose};

/// The remedies of this kind.
const START: &str = "check serverUrl, and that the server is running";
const SPEAK: &str = "check serverUrl and datasourceType";
const SPEAK_TLS: &str = "check serverUrl and datasourceType; if the server speaks TLS give serverUrl as https://…";
const GIVE_TLS: &str = "give serverUrl as https://…";
const SPEAK_PLAIN: &str = "check serverUrl; if the server speaks no TLS give serverUrl as http://…";
const VIEW: &str = "give the user's role the privilege view_index_metadata on the indices";
const ALLOW: &str = "allow the user's role indices:admin/resolve/index and indices:admin/mappings/get on all indices (*), or on some, \
    with do_not_fail_on_forbidden: true in the security plug-in's configuration";
const UNBLOCK: &str = "take index.blocks.metadata off the indices that have it, or give the user's role the privilege \
    view_index_metadata on the indices";
const WHO: &str = "the server asks who we are: give username and password, and set disableAuth to false";

/// Name, changes, step, code, field, remedy.
type Row = (&'static str, Value, &'static str, &'static str, Option<&'static str>, &'static str);

async fn check(client: &Client, body: &Value, rows: impl IntoIterator<Item = Row>) {
    for (case, changes, step, code, field, remedy) in rows {
        Broken { case, changes, step, code, field, remedy }.check(client, body).await;
    }
}

#[tokio::test]
async fn where_it_is() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let (plain, tls) = (Fake::default().start().await, Fake::default().start_with(true).await);
    let (_held, closed) = closed_port();
    let at = |scheme: &str, host: &str, port: u16| json!({"serverUrl": format!("{scheme}{host}:{port}")});
    let with = |mut changes: Value, key: &str, value: Value| {
        changes[key] = value;
        changes
    };
    let cloud = |port: u16| json!({"server_type": "elastic-cloud", "cloudId": cloud_id(&format!("0.0.1:{port}$127$"))});
    let rows = [
        ("closed port", at("http://", "127.0.0.1", closed), "connect", "CONNECTION_REFUSED", Some("serverUrl"), START),
        (
            "closed port of a cloud",
            cloud(closed),
            "connect",
            "CONNECTION_REFUSED",
            Some("cloudId"),
            "check cloudId, and that the server is running",
        ),
        ("no TLS there", at("https://", "127.0.0.1", plain.port), "tls", "TLS_FAILED", Some("serverUrl"), SPEAK_PLAIN),
        ("no TLS there, and no scheme", at("", "127.0.0.1", plain.port), "tls", "TLS_FAILED", Some("serverUrl"), SPEAK_PLAIN),
        ("no TLS in a cloud", cloud(plain.port), "tls", "TLS_FAILED", Some("cloudId"), "check cloudId"),
        ("TLS there", at("http://", "localhost", tls.port), "tls", "TLS_REQUIRED", Some("serverUrl"), GIVE_TLS),
        (
            "TLS there, switched off",
            with(at("", "localhost", tls.port), "ignoreSsl", json!(true)),
            "tls",
            "TLS_REQUIRED",
            Some("serverUrl"),
            GIVE_TLS,
        ),
        (
            "own CA",
            at("https://", "localhost", tls.port),
            "tls",
            "CERTIFICATE_UNTRUSTED",
            Some("sslCa"),
            "give the authority's certificate (PEM) as sslCa",
        ),
        (
            "another name",
            with(at("https://", "127.0.0.1", tls.port), "sslCa", json!(authority())),
            "tls",
            "CERTIFICATE_NAME",
            Some("serverUrl"),
            "give serverUrl with the name in the certificate, or set sslVerify to ca",
        ),
        (
            "no such host",
            at("https://", "no-such-host.invalid", 9200),
            "resolve",
            "HOST_NOT_FOUND",
            Some("serverUrl"),
            "check the spelling of the host in serverUrl",
        ),
        (
            "no such cloud",
            json!({"server_type": "open-cloud", "cloudId": cloud_id("no-such-cloud.invalid$abc$def")}),
            "resolve",
            "HOST_NOT_FOUND",
            Some("cloudId"),
            "check cloudId: copy it again from the console of the cloud",
        ),
    ];
    check(&client, &elastic(plain.port, &json!({})), rows).await;
}

#[tokio::test]
async fn who_asks() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = Fake::default().start().await;
    let login = "check username and password";
    let colon = "give another user: basic authentication cannot say a name with a colon in it";
    let rows = [
        ("password", json!({"password": "no"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), login),
        ("user", json!({"username": "nobody"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), login),
        ("odd password", json!({"password": "a\nb:é\u{7f}"}), "authenticate", "AUTHENTICATION_FAILED", Some("password"), login),
        ("colon", json!({"username": "a:b"}), "authenticate", "AUTHENTICATION_FAILED", Some("username"), colon),
        (
            "nobody",
            json!({"disableAuth": true, "username": null, "password": null}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            Some("disableAuth"),
            WHO,
        ),
    ];
    check(&client, &elastic(running.port, &json!({})), rows).await;
}

/// What answers, and what it has to say.
#[tokio::test]
async fn what_answers() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let failing = |all: &[(&'static str, u16, &'static str)]| Fake { failing: all.to_vec(), ..Fake::default() };
    let every = |status, kind| failing(&[("/_resolve", status, kind), ("/_alias", status, kind), ("/_cat", status, kind)]);
    let versions = |version: Value| Fake { version, ..Fake::default() };
    let rows: Vec<(&str, &str, Fake, Row)> = vec![
        (
            "elasticsearch",
            "OpenSearch",
            versions(opensearch()),
            ("", json!({}), "product", "OTHER_PRODUCT", None, "the server is OpenSearch: set datasourceType to opensearch"),
        ),
        (
            "opensearch",
            "Elasticsearch",
            versions(elasticsearch()),
            ("", json!({}), "product", "OTHER_PRODUCT", None, "the server is Elasticsearch: set datasourceType to elasticsearch"),
        ),
        (
            "elasticsearch",
            "old",
            versions(json!({"number": "6.8.23", "build_flavor": "default"})),
            ("", json!({}), "product", "OTHER_PRODUCT", None, "the server is Elasticsearch 6.8.23: version 7 or later is needed"),
        ),
        (
            "elasticsearch",
            "neither",
            versions(json!({"number": "1.0", "distribution": "manticore"})),
            ("", json!({}), "product", "PROTOCOL_ERROR", Some("serverUrl"), SPEAK_TLS),
        ),
        ("elasticsearch", "no list", every(403, "security_exception"), ("", json!({}), "list", "NO_PRIVILEGE", Some("username"), VIEW)),
        (
            "opensearch",
            "no list",
            Fake { version: opensearch(), ..every(403, "security_exception") },
            ("", json!({}), "list", "NO_PRIVILEGE", Some("username"), ALLOW),
        ),
        // One index is, and with it all lists but the one that is refused.
        (
            "elasticsearch",
            "a blocked index",
            Fake {
                refused: vec![("orders".to_owned(), 403, "cluster_block_exception")],
                ..failing(&[("/_resolve", 403, "security_exception")])
            },
            ("", json!({}), "list", "SERVER_ERROR", None, UNBLOCK),
        ),
        ("elasticsearch", "blocked", every(503, "cluster_block_exception"), ("", json!({}), "list", "NOT_READY", None, "try again later")),
        (
            "elasticsearch",
            "broken",
            every(500, "null_pointer_exception"),
            ("", json!({}), "list", "SERVER_ERROR", None, "look into the server's log"),
        ),
        (
            "elasticsearch",
            "busy",
            failing(&[("/_resolve", 429, "circuit_breaking_exception")]),
            ("", json!({}), "list", "RESOURCES_EXHAUSTED", None, "raise the limit for this user, or try again later"),
        ),
        (
            "elasticsearch",
            "busy while it is read",
            Fake { refused: vec![("orders".to_owned(), 429, "circuit_breaking_exception")], ..Fake::default() },
            ("", json!({}), "read", "RESOURCES_EXHAUSTED", None, "raise the limit for this user, or try again later"),
        ),
    ];
    for (kind, case, fake, row) in rows {
        let running = fake.start().await;
        let base = body(kind, &format!("http://127.0.0.1:{}", running.port), &json!({}));
        check(&client, &base, [(case, row.1, row.2, row.3, row.4, row.5)]).await;
    }
}

/// What stands before a cluster, or in its place, and never heard of it.
#[tokio::test]
async fn what_is_no_cluster() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "3s")]);
    let client = server.client(&setup.token("acme"));
    let aws = r#"{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet canary"}"#;
    let admit = "let the user, or the address of this server, in by the access policy of what stands before the cluster";
    let url = Some("serverUrl");
    for (case, status, headers, text, code, field, remedy) in [
        ("policy", 403, vec![], aws, "NO_PRIVILEGE", Some("username"), admit),
        ("page", 200, vec![], "<html>canary</html>", "PROTOCOL_ERROR", url, SPEAK_TLS),
        ("list", 200, vec![], "[1]", "PROTOCOL_ERROR", url, SPEAK_TLS),
        ("nothing", 200, vec![], "", "PROTOCOL_ERROR", url, SPEAK_TLS),
        ("no such page", 404, vec![], "<html>canary</html>", "PROTOCOL_ERROR", url, SPEAK_TLS),
        ("TLS only", 400, vec![], "<html>canary</html>", "PROTOCOL_ERROR", url, SPEAK_TLS),
        (
            "elsewhere",
            307,
            vec![("Location", "http://169.254.169.254/canary".to_owned())],
            "",
            "REDIRECTED",
            url,
            "give the final URL as serverUrl",
        ),
        ("gateway", 502, vec![], "<html>canary</html>", "NOT_READY", None, "try again later"),
        (
            "starting",
            503,
            vec![("Retry-After", "0".to_owned())],
            "OpenSearch Security not initialized.",
            "NOT_READY",
            None,
            "try again later",
        ),
    ] {
        let text = text.to_owned();
        let running = serve(move |_, _| Reply::Whole(status, headers.clone(), text.clone())).await;
        check(&client, &elastic(running.port, &json!({})), [(case, json!({}), "authenticate", code, field, remedy)]).await;
    }
    let silent = serve(|_, _| Reply::Silence).await;
    let rows = [("silence", json!({}), "authenticate", "TIMED_OUT", None, "check serverUrl and firewalls between")];
    check(&client, &elastic(silent.port, &json!({})), rows).await;
    // Over TLS there is no word of TLS.
    let page = crate::fakes::http::serve_with(true, |_, _| Reply::Whole(200, vec![], "<html>".to_owned())).await;
    let over_tls = body("opensearch", &format!("https://localhost:{}", page.port), &json!({"sslCa": authority()}));
    let data = diagnose(&client, &over_tls).await;
    assert_eq!((&failed(&data)["code"], &failed(&data)["remedy"]), (&json!("PROTOCOL_ERROR"), &json!(SPEAK)));
    assert!(!server.log().contains("canary"));
}

/// What is no body at all, by the contract's rules.
#[tokio::test]
async fn what_is_refused_before_anything_is_asked() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = Fake::default().start().await;
    let cloud = "\"credentials.cloudId\" must be a Cloud ID as the console of the cloud shows it: a name, a colon, and letters in base64";
    let url =
        "\"credentials.serverUrl\" must be a host, alone or after http:// or https://, with or without a port, and without user or path";
    for (changes, message) in [
        (json!({"server_type": null}), "\"credentials.server_type\" is required"),
        (json!({"server_type": "elsewhere"}), "\"credentials.server_type\" must be one of [elastic-cloud, open-cloud, self-managed]"),
        (json!({"serverUrl": null}), "\"credentials.serverUrl\" is required"),
        (json!({"server_type": "elastic-cloud"}), "\"credentials.cloudId\" is required"),
        (json!({"username": null}), "\"credentials.username\" is required"),
        (json!({"password": null}), "\"credentials.password\" is required"),
        (json!({"serverUrl": "http://app:pw@127.0.0.1"}), url),
        (json!({"serverUrl": "http://127.0.0.1/path"}), url),
        (json!({"serverUrl": "unix:///run/x"}), url),
        (json!({"sslCa": authority()}), "\"credentials.sslCa\" needs TLS: give serverUrl with https://"),
        (json!({"server_type": "open-cloud", "cloudId": "name"}), cloud),
        (json!({"server_type": "open-cloud", "cloudId": cloud_id("host/..@$x")}), cloud),
        (json!({"server_type": "open-cloud", "cloudId": cloud_id("evil.example/$x")}), cloud),
        (json!({"server_type": "open-cloud", "cloudId": format!("{}:eCR5", "n".repeat(5_000))}), cloud),
    ] {
        let answer = client.create(&elastic(running.port, &changes)).await;
        assert_eq!((answer.code(), answer.message()), ((400, "INVALID_REQUEST_BODY"), message), "{changes}");
    }
    let cloud = json!({"server_type": "elastic-cloud", "cloudId": cloud_id("a.example$x"), "disableAuth": true});
    let answer = client.create(&elastic(running.port, &cloud)).await;
    assert!(answer.code() == (400, "INVALID_REQUEST_BODY") && answer.message().contains("disableAuth"), "{}", answer.text);
    assert!(running.requests().is_empty());
}
