//! MongoDB, by the official driver behind the gateway.
//!
//! The driver talks to one server that we chose, and to no other: which members a server names is read by us, and whom we dial is the
//! policy's to say. TLS is egress's, and what the server sends is looked at before the driver sees it.

mod credentials;
mod declared;
mod emit;
mod error;
mod fields;
mod hello;
mod introspect;
mod known;
mod names;
mod open;
mod sample;
mod seedlist;
mod types;
mod watch;

use async_trait::async_trait;
use catalog::CatalogWriter;

use self::credentials::MongoCredentials;
use self::open::MongoConnection;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct Mongo;

#[async_trait]
impl Connector for Mongo {
    type Credentials = MongoCredentials;
    type Connection = MongoConnection;

    fn route(credentials: &MongoCredentials) -> Route {
        credentials.route()
    }

    async fn open(credentials: &MongoCredentials, way: &Way) -> Result<(MongoConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut MongoConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `mongodb`
pub(crate) static MONGODB: Kind = Kind::new::<Mongo>(About {
    name: "mongodb",
    title: "MongoDB",
    example: r#"{"host":"db.example.com","port":27017,"username":"reader","password":"secret","database":"shop"}"#,
    renamed: &[],
    page: include_str!("README.md"),
});
