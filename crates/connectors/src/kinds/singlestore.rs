//! SingleStore.

use async_trait::async_trait;
use egress::{Session, Step};

use crate::catalog::CatalogBuilder;
use crate::connector::{Connector, ServerInfo};
use crate::error::ConnectError;
use crate::mysql::{self, MySqlConnection, MySqlCredentials};

/// The connector of `singlestore`.
pub(crate) struct SingleStore;

#[async_trait]
impl Connector for SingleStore {
    const KIND: &'static str = "singlestore";
    const TITLE: &'static str = "SingleStore";
    const EXAMPLE: &'static str =
        r#"{"host":"db.example.com","port":3306,"username":"reader","password":"secret","database":"shop","sslMode":true}"#;
    type Credentials = MySqlCredentials;
    type Connection = MySqlConnection;

    fn steps(credentials: &MySqlCredentials) -> Vec<Step> {
        mysql::steps(credentials)
    }

    async fn connect(credentials: &MySqlCredentials, cx: &Session) -> Result<MySqlConnection, ConnectError> {
        mysql::connect(credentials, cx).await
    }

    async fn check(credentials: &MySqlCredentials, connection: &mut MySqlConnection, cx: &Session) -> Result<ServerInfo, ConnectError> {
        mysql::check(credentials, connection, cx).await
    }

    async fn introspect(connection: &mut MySqlConnection, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
        mysql::introspect(connection, out).await
    }
}
