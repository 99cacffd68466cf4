//! CockroachDB.

use async_trait::async_trait;
use egress::{Session, Step};

use crate::catalog::CatalogBuilder;
use crate::connector::{Connector, ServerInfo};
use crate::error::ConnectError;
use crate::pg::{self, PgConnection, PgCredentials};

/// The connector of `cockroachdb`.
pub(crate) struct CockroachDb;

#[async_trait]
impl Connector for CockroachDb {
    const KIND: &'static str = "cockroachdb";
    const TITLE: &'static str = "CockroachDB";
    const EXAMPLE: &'static str = r#"{"host":"cluster.example.com","port":26257,"username":"reader","password":"secret","database":"analytics","schema":"public","sslMode":true}"#;
    type Credentials = PgCredentials;
    type Connection = PgConnection;

    fn steps(credentials: &PgCredentials) -> Vec<Step> {
        pg::steps(credentials)
    }

    async fn connect(credentials: &PgCredentials, cx: &Session) -> Result<PgConnection, ConnectError> {
        pg::connect(credentials, cx).await
    }

    async fn check(credentials: &PgCredentials, connection: &mut PgConnection, cx: &Session) -> Result<ServerInfo, ConnectError> {
        pg::check(credentials, connection, cx).await
    }

    async fn introspect(connection: &mut PgConnection, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
        pg::introspect(connection, out).await
    }
}
