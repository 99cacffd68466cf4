//! MongoDB: a third party's server with SCRAM and TLS, filled by the official client, and a fake for what breaks the rules.
//!
//! Peers: secantusdb, secantusdb-tls, tls, ssh.

mod catalog;
mod failures;
mod login;
mod rogue;
mod srv;
mod unseen;

use serde_json::{Value, json};

use crate::support::peers::variable;
use crate::support::python::python_of;

/// Runs a script of the official client's: `c` is the administrator's client, `d` the database of the test.
async fn mongo(database: &str, script: &str) -> Value {
    let whole = format!(
        "import pymongo, datetime, uuid, bson
from bson import *
from bson.decimal128 import Decimal128
c = pymongo.MongoClient('127.0.0.1', args['port'], username='admin', password='pw')
d = c[args['database']]
{script}"
    );
    let port: u16 = variable("HEADWATER_TEST_MONGODB_PORT").parse().expect("port");
    python_of("HEADWATER_TEST_MONGODB_PYTHON", &whole, &json!({"port": port, "database": database})).await.unwrap_or_else(|e| panic!("{e}"))
}

/// A database of a test's own.
fn database() -> String {
    format!("src_{}", &uuid::Uuid::new_v4().simple().to_string()[..20])
}

/// Credentials of the administrator's for a database of the peer.
fn body(database: &str, changes: &Value) -> Value {
    let port: u16 = variable("HEADWATER_TEST_MONGODB_PORT").parse().expect("port");
    at(port, database, changes)
}

/// The same for a server on another port.
fn at(port: u16, database: &str, changes: &Value) -> Value {
    let base = json!({"datasourceType": "mongodb", "credentials": {"name": "x", "host": "localhost", "port": port, "username": "admin",
        "password": "pw", "database": database}});
    crate::support::diagnose::with(&base, changes)
}

/// Credentials for a server that asks for none.
fn open_at(port: u16) -> Value {
    json!({"datasourceType": "mongodb", "credentials": {"name": "x", "connectionString": format!("mongodb://localhost:{port}/shop")}})
}
