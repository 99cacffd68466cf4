//! ClickHouse.

use async_trait::async_trait;
use egress::{Session, Step};

use crate::catalog::CatalogBuilder;
use crate::clickhouse::{self, ClickHouseConnection, ClickHouseCredentials};
use crate::connector::{Connector, ServerInfo};
use crate::error::ConnectError;

/// The connector of `clickhouse`.
pub(crate) struct ClickHouse;

#[async_trait]
impl Connector for ClickHouse {
    const KIND: &'static str = "clickhouse";
    const TITLE: &'static str = "ClickHouse";
    const EXAMPLE: &'static str =
        r#"{"host":"https://x.region.aws.clickhouse.cloud","port":8443,"username":"reader","password":"secret","database":"shop"}"#;
    type Credentials = ClickHouseCredentials;
    type Connection = ClickHouseConnection;

    fn steps(credentials: &ClickHouseCredentials) -> Vec<Step> {
        clickhouse::steps(credentials)
    }

    async fn connect(credentials: &ClickHouseCredentials, cx: &Session) -> Result<ClickHouseConnection, ConnectError> {
        clickhouse::connect(credentials, cx).await
    }

    async fn check(
        credentials: &ClickHouseCredentials,
        connection: &mut ClickHouseConnection,
        cx: &Session,
    ) -> Result<ServerInfo, ConnectError> {
        clickhouse::check(credentials, connection, cx).await
    }

    async fn introspect(connection: &mut ClickHouseConnection, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
        clickhouse::introspect(connection, out).await
    }
}
