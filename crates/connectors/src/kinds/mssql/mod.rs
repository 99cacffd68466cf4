//! SQL Server over TDS, by tiberius, on a connection that is ours.
//!
//! TLS is made before the driver is there, inside of TDS packets as the protocol wants it ([`prelogin`], [`tunnel`]); the driver
//! then talks over it as if there were none ([`shim`]). So certificates are judged as everywhere else, and the login is never
//! sent in the clear: TDS hides a password no better than with a constant.

mod credentials;
mod error;
mod introspect;
mod open;
mod prelogin;
#[cfg(test)]
mod properties;
mod query;
mod shim;
mod statements;
mod tunnel;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;

use self::credentials::SqlServerCredentials;
use self::open::SqlServerConnection;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct SqlServer;

#[async_trait]
impl Connector for SqlServer {
    type Credentials = SqlServerCredentials;
    type Connection = SqlServerConnection;

    fn route(credentials: &SqlServerCredentials) -> Route {
        credentials.route()
    }

    async fn open(credentials: &SqlServerCredentials, way: &Way) -> Result<(SqlServerConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut SqlServerConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `mssql`
pub(crate) static MSSQL: Kind = Kind::new::<SqlServer>(About {
    name: "mssql",
    title: "Microsoft SQL Server",
    example: r#"{"server":"db.example.com","port":1433,"user":"reader","password":"secret","database":"shop"}"#,
    renamed: &[("host", "server"), ("username", "user")],
    page: include_str!("README.md"),
});
