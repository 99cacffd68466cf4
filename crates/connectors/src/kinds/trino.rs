//! Trino.

use async_trait::async_trait;
use egress::{Session, Step};

use crate::catalog::CatalogBuilder;
use crate::connector::{Connector, ServerInfo};
use crate::error::ConnectError;
use crate::trino::{self, TrinoConnection, TrinoCredentials};

/// The connector of `trino`.
pub(crate) struct Trino;

#[async_trait]
impl Connector for Trino {
    const KIND: &'static str = "trino";
    const TITLE: &'static str = "Trino";
    const EXAMPLE: &'static str =
        r#"{"host":"trino.example.com","port":443,"catalog":"hive","schema":"sales","username":"reader","password":"secret"}"#;
    type Credentials = TrinoCredentials;
    type Connection = TrinoConnection;

    fn steps(credentials: &TrinoCredentials) -> Vec<Step> {
        trino::steps(credentials)
    }

    async fn connect(credentials: &TrinoCredentials, cx: &Session) -> Result<TrinoConnection, ConnectError> {
        trino::connect(credentials, cx).await
    }

    async fn check(credentials: &TrinoCredentials, connection: &mut TrinoConnection, cx: &Session) -> Result<ServerInfo, ConnectError> {
        trino::check(credentials, connection, cx).await
    }

    async fn introspect(connection: &mut TrinoConnection, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
        trino::introspect(connection, out).await
    }
}
