//! Users in `admin` and in the database, TLS, and connection strings.

use serde_json::json;

use super::{at, body, database, mongo};
use crate::fakes::tls::authority;
use crate::postgres::ssh::tunnel;
use crate::support::Setup;
use crate::support::cache::cached;
use crate::support::diagnose::outcome;
use crate::support::peers::variable;
use crate::support::python::python_of;

#[tokio::test]
async fn a_user_of_the_database() {
    let (setup, name) = (Setup::sqlite().await, database());
    let (_server, client) = setup.client();
    mongo(&name, "d.c.insert_one({'x': 1})\nd.command('createUser', 'local', pwd='p@/:?#%é', roles=['read'])\nprint('null')").await;
    let local = json!({"username": "local", "password": "p@/:?#%é"});
    client.create(&body(&name, &local)).await.ok();
    assert_eq!(cached(&setup, "x").await.len(), 1);
    for (source, wanted) in [(name.as_str(), "ok"), ("admin", "authenticate")] {
        let body = body(&name, &json!({"username": "local", "password": "p@/:?#%é", "authSource": source}));
        assert_eq!(outcome(&client, &body).await.0, wanted, "{source}");
    }
}

#[tokio::test]
async fn a_connection_string() {
    let (setup, name) = (Setup::sqlite().await, database());
    let (_server, client) = setup.client();
    mongo(&name, "d.c.insert_one({'x': 1})\nprint('null')").await;
    let port = variable("HEADWATER_TEST_MONGODB_PORT");
    let string = |text: &str| json!({"datasourceType": "mongodb", "credentials": {"name": "x", "connectionString": text}});
    let good =
        string(&format!("mongodb://admin:p%77@localhost:{port}/{name}?authSource=admin&authMechanism=SCRAM-SHA-256&retryWrites=true"));
    client.create(&good).await.ok();
    let details = client.get("/api/v2/datasource/details?datasourceName=x").await.text;
    assert!(!details.contains("p%77"), "{details}");
    for (text, message) in [
        ("mongodb://h/d?tlsCAFile=/etc/passwd", "must not have the option tlsCAFile: give the certificate (PEM) as sslCa"),
        (
            "mongodb://%2Ftmp%2Fs.sock/d",
            "must name hosts, each alone or with a port, after mongodb:// and user:password@ (percent-encoded)",
        ),
    ] {
        let answer = client.create(&string(text)).await;
        assert_eq!(answer.message(), format!("\"credentials.connectionString\" {message}"));
    }
    let mut both = good.clone();
    both["credentials"]["host"] = json!("h");
    assert_eq!(client.create(&both).await.message(), "\"credentials.host\" must not be given beside connectionString");
    let set = string(&format!("mongodb://admin:pw@localhost:{port}/{name}?replicaSet=rs0"));
    assert_eq!(outcome(&client, &set).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    let nameless = string(&format!("mongodb://admin:pw@localhost:{port}"));
    assert_eq!(outcome(&client, &nameless).await, (json!("database"), json!("DATABASE_NOT_FOUND")));
    // The first of several that answers is read.
    let several = body(&name, &json!({"host": format!("localhost:1,localhost:{port}")}));
    assert_eq!(outcome(&client, &several).await.0, "ok");
}

#[tokio::test]
async fn tls() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let port: u16 = variable("HEADWATER_TEST_MONGODB_TLS_PORT").parse().expect("port");
    let script = "import pymongo
c = pymongo.MongoClient('localhost', args['port'], username='admin', password='pw', tls=True, tlsCAFile=args['ca'])
c.shop.c.insert_one({'x': 1})
print('null')";
    let arguments = json!({"port": port, "ca": variable("HEADWATER_TEST_SOURCE_CA")});
    python_of("HEADWATER_TEST_MONGODB_PYTHON", script, &arguments).await.expect("filled");
    for (changes, step, code) in [
        (json!({"sslMode": true, "sslCa": authority()}), "ok", json!(null)),
        (json!({"sslMode": true, "sslVerify": "none"}), "ok", json!(null)),
        (json!({"sslMode": true}), "tls", json!("CERTIFICATE_UNTRUSTED")),
        (json!({"sslMode": true, "sslCa": authority(), "host": "127.0.0.1"}), "tls", json!("CERTIFICATE_NAME")),
        (json!({}), "authenticate", json!("CONNECTION_CLOSED")),
    ] {
        assert_eq!(outcome(&client, &at(port, "shop", &changes)).await, (json!(step), code), "{changes}");
    }
}

/// The driver's own connections go through the tunnel, too, and TLS lies inside.
#[tokio::test]
async fn through_ssh() {
    let (setup, name) = (Setup::sqlite().await, database());
    let (_server, client) = setup.client();
    mongo(&name, "d.c.insert_one({'x': 1})\nprint('null')").await;
    client.create(&body(&name, &tunnel(&json!({})))).await.ok();
    assert_eq!(cached(&setup, "x").await.len(), 1);
    let port: u16 = variable("HEADWATER_TEST_MONGODB_TLS_PORT").parse().expect("port");
    let inside = at(port, "none", &tunnel(&json!({"sslMode": true, "sslCa": authority()})));
    assert_eq!(outcome(&client, &inside).await, (json!("database"), json!("DATABASE_NOT_FOUND")));
}
