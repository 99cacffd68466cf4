//! Trino over its REST protocol (<https://trino.io/docs/current/develop/client-protocol.html>).
//!
//! A statement is sent once, its pages are fetched by the `nextUri` of the page before, from the first origin only. Spooled
//! results are never asked for: they would come from other hosts.

mod columns;
mod credentials;
mod error;
mod introspect;
mod open;
mod page;
#[cfg(test)]
mod properties;
mod statement;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;

use self::credentials::TrinoCredentials;
use self::open::TrinoConnection;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct Trino;

#[async_trait]
impl Connector for Trino {
    type Credentials = TrinoCredentials;
    type Connection = TrinoConnection;

    fn route(credentials: &TrinoCredentials) -> Route {
        credentials.route()
    }

    async fn open(credentials: &TrinoCredentials, way: &Way) -> Result<(TrinoConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut TrinoConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `trino`
pub(crate) static TRINO: Kind = Kind::new::<Trino>(About {
    name: "trino",
    title: "Trino",
    example: r#"{"host":"trino.example.com","port":443,"catalog":"hive","schema":"sales","username":"reader","password":"secret"}"#,
    renamed: &[],
    page: include_str!("README.md"),
});
