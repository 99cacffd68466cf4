//! Servers that lie: about members, about the price of a login, about the length of what they send.

use std::time::{Duration, Instant};

use mongodb::bson::doc;
use serde_json::json;
use tokio::net::TcpListener;

use super::{at, open_at};
use crate::fakes::mongodb::Fake;
use crate::support::Setup;
use crate::support::diagnose::{diagnose, failed, outcome};
use crate::support::peers::variable;
use crate::support::python::python_of;

/// The official client takes the fake for a server.
#[tokio::test]
async fn the_fake_is_accepted_by_the_official_client() {
    let fake = Fake { collections: vec!["a".to_owned(), "b".to_owned()], ..Fake::default() }.start().await;
    let script = "import pymongo
c = pymongo.MongoClient('127.0.0.1', args['port'], serverSelectionTimeoutMS=5000)
d = c.shop
print(json.dumps([c.server_info()['version'], sorted(d.list_collection_names()), list(d.a.find()), d.a.estimated_document_count()]))";
    let said = python_of("HEADWATER_TEST_MONGODB_PYTHON", script, &json!({"port": fake.port})).await.expect("accepted");
    assert_eq!(said, json!(["7.0.1", ["a", "b"], [{"_id": 1, "x": "y"}], 1]));
    assert!(!variable("HEADWATER_TEST_MONGODB_PORT").is_empty());
}

/// Threat S16: members that a server names are nobody whom we would not dial anyway.
#[tokio::test]
async fn s16_members_that_a_server_names() {
    let setup = Setup::sqlite().await;
    let victim = TcpListener::bind("127.0.0.2:0").await.expect("listener");
    let there = victim.local_addr().expect("address");
    // Where a Redis of this machine's own has the port, what the log names has to do.
    let redis = TcpListener::bind("127.0.0.1:6379").await.ok();
    let server = setup.start_with(&[("HEADWATER_EGRESS_DENY", "127.0.0.2/32,port:6379")]);
    let client = server.client(&setup.token("acme"));
    let hosts = vec![
        there.to_string(),
        "127.0.0.1:6379".to_owned(),
        "169.254.169.254:80".to_owned(),
        "/tmp/mongodb-27017.sock".to_owned(),
        "%2Ftmp%2Fs.sock".to_owned(),
    ];
    let names = doc! {"setName": "rs", "hosts": hosts.clone(), "passives": hosts.clone(), "primary": &hosts[0], "me": &hosts[1]};
    // A server that can be read is read, and nobody else is asked.
    let fake = Fake { hello: names.clone(), collections: vec!["c".to_owned()], ..Fake::default() }.start().await;
    assert_eq!(outcome(&client, &open_at(fake.port)).await.0, "ok");
    // One that cannot sends us to others: those that policy refuses, which is told.
    let mut arbiter = names;
    arbiter.extend(doc! {"ismaster": false, "isWritablePrimary": false, "arbiterOnly": true});
    let fake = Fake { hello: arbiter, ..Fake::default() }.start().await;
    let data = diagnose(&client, &open_at(fake.port)).await;
    assert_eq!((failed(&data)["step"].as_str(), failed(&data)["code"].as_str()), (Some("policy"), Some("TARGET_DENIED")), "{data}");
    for target in ["127.0.0.1:6379", "169.254.169.254:80"] {
        assert!(server.logged(target), "{target} was asked about, and refused: {}", server.log());
    }
    for listener in [Some(victim), redis].into_iter().flatten() {
        let nothing = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
        assert!(nothing.is_err(), "a packet left");
    }
}

/// Threat R4: a login that would hash for hours is not begun.
#[tokio::test]
async fn r4_a_login_that_costs_too_much() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let hello = doc! {"saslSupportedMechs": ["SCRAM-SHA-256"]};
    let began = Instant::now();
    for (rounds, code) in [(4_000_000_000, "LOGIN_COSTLY"), (100_001, "LOGIN_COSTLY")] {
        let fake = Fake { rounds: Some(rounds), hello: hello.clone(), ..Fake::default() }.start().await;
        let found = outcome(&client, &at(fake.port, "shop", &json!({}))).await;
        assert_eq!(found, (json!("authenticate"), json!(code)), "{rounds}");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

/// Threat R4: messages longer than any are cut at their head, before and after the login.
#[tokio::test]
async fn r4_messages_without_end() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for (command, length, step) in [
        ("isMaster", 48 << 20, "authenticate"),
        ("buildInfo", 48 << 20, "authenticate"),
        ("find", 48 << 20, "read"),
        ("find", u32::MAX, "read"),
        ("listCollections", 18 << 20, "list"),
    ] {
        let fake = Fake { collections: vec!["c".to_owned()], endless: Some((command, length)), ..Fake::default() }.start().await;
        let (at, code) = outcome(&client, &open_at(fake.port)).await;
        // What greets us with more than a greeting is none of ours.
        let wanted = if length == u32::MAX || command == "isMaster" { "PROTOCOL_ERROR" } else { "ANSWER_TOO_LARGE" };
        assert_eq!((at, code), (json!(step), json!(wanted)), "{command} {length}");
    }
}
