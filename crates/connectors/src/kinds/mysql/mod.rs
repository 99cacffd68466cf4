//! Everything that speaks MySQL's protocol: MySQL, MariaDB, SingleStore.
//!
//! The packets and the authentication come from `mysql_common`; dialing and TLS from `egress`. There is no code for
//! LOCAL INFILE, for compression or for several statements at once, and no way to send a password in the clear to a
//! server that has not proved who it is.

mod credentials;
mod error;
mod introspect;
mod keys;
mod login;
mod open;
mod packet;
mod product;
#[cfg(test)]
mod properties;
mod query;
mod session;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;

use self::credentials::MySqlCredentials;
use self::open::MySqlConnection;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The connector of the family.
struct MySql;

#[async_trait]
impl Connector for MySql {
    type Credentials = MySqlCredentials;
    type Connection = MySqlConnection;

    fn route(credentials: &MySqlCredentials) -> Route {
        credentials.route()
    }

    async fn open(credentials: &MySqlCredentials, way: &Way) -> Result<(MySqlConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut MySqlConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

const EXAMPLE: &str = r#"{"host":"db.example.com","port":3306,"username":"reader","password":"secret","database":"shop","sslMode":true}"#;

const PAGE: &str = include_str!("README.md");

/// `mysql`
pub(crate) static MYSQL: Kind = Kind::new::<MySql>(About { name: "mysql", title: "MySQL", example: EXAMPLE, renamed: &[], page: PAGE });

/// `singlestore`
pub(crate) static SINGLESTORE: Kind =
    Kind::new::<MySql>(About { name: "singlestore", title: "SingleStore", example: EXAMPLE, renamed: &[], page: PAGE });
