//! ClickHouse over its HTTP interface, from the servers of 2018 to today's.
//!
//! No setting is ever sent: users with `readonly = 1` refuse them. Which columns the system tables have is asked first.

mod credentials;
mod engines;
mod error;
mod introspect;
mod keys;
mod open;
#[cfg(test)]
mod properties;
mod query;
mod settings;
mod system_tables;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;

use self::credentials::ClickHouseCredentials;
use self::open::ClickHouseConnection;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct ClickHouse;

#[async_trait]
impl Connector for ClickHouse {
    type Credentials = ClickHouseCredentials;
    type Connection = ClickHouseConnection;

    fn route(credentials: &ClickHouseCredentials) -> Route {
        credentials.route()
    }

    async fn open(credentials: &ClickHouseCredentials, way: &Way) -> Result<(ClickHouseConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut ClickHouseConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `clickhouse`
pub(crate) static CLICKHOUSE: Kind = Kind::new::<ClickHouse>(About {
    name: "clickhouse",
    title: "ClickHouse",
    example: r#"{"host":"https://x.region.aws.clickhouse.cloud","port":8443,"username":"reader","password":"secret","database":"shop"}"#,
    renamed: &[],
    page: include_str!("README.md"),
});
