//! Microsoft SQL Server and Azure SQL.

use async_trait::async_trait;
use egress::{Session, Step};

use crate::catalog::CatalogBuilder;
use crate::connector::{Connector, ServerInfo};
use crate::error::ConnectError;
use crate::mssql::{self, SqlServerConnection, SqlServerCredentials};

/// The connector of `mssql`.
pub(crate) struct SqlServer;

#[async_trait]
impl Connector for SqlServer {
    const KIND: &'static str = "mssql";
    const TITLE: &'static str = "Microsoft SQL Server";
    const EXAMPLE: &'static str = r#"{"server":"db.example.com","port":1433,"user":"reader","password":"secret","database":"shop"}"#;
    const RENAMED: &'static [(&'static str, &'static str)] = &[("host", "server"), ("username", "user")];
    type Credentials = SqlServerCredentials;
    type Connection = SqlServerConnection;

    fn steps(credentials: &SqlServerCredentials) -> Vec<Step> {
        mssql::steps(credentials)
    }

    async fn connect(credentials: &SqlServerCredentials, cx: &Session) -> Result<SqlServerConnection, ConnectError> {
        mssql::connect(credentials, cx).await
    }

    async fn check(
        credentials: &SqlServerCredentials,
        connection: &mut SqlServerConnection,
        cx: &Session,
    ) -> Result<ServerInfo, ConnectError> {
        mssql::check(credentials, connection, cx).await
    }

    async fn introspect(connection: &mut SqlServerConnection, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
        mssql::introspect(connection, out).await
    }
}
