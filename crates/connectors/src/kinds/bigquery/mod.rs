//! BigQuery over its REST API (<https://cloud.google.com/bigquery/docs/reference/rest>), as a service account.
//!
//! Why no client crate: docs/decisions/0014-bigquery-by-rest.md.

mod api;
mod connection;
mod credentials;
mod error;
mod field;
mod introspect;
mod open;
mod patience;
mod shards;
mod table;
mod token;
mod types;
mod words;

use async_trait::async_trait;
use catalog::CatalogWriter;

use self::connection::BigQueryConnection;
use self::credentials::BigQueryCredentials;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct BigQuery;

#[async_trait]
impl Connector for BigQuery {
    type Credentials = BigQueryCredentials;
    type Connection = BigQueryConnection;

    fn route(credentials: &BigQueryCredentials) -> Route {
        open::route(credentials)
    }

    async fn open(credentials: &BigQueryCredentials, way: &Way) -> Result<(BigQueryConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut BigQueryConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `bigquery`
pub(crate) static BIGQUERY: Kind = Kind::new::<BigQuery>(About {
    name: "bigquery",
    title: "Google BigQuery",
    example: r#"{"credentialsJson":"{\"type\":\"service_account\",\"client_email\":\"reader@my-project.iam.gserviceaccount.com\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n…\\n-----END PRIVATE KEY-----\\n\"}","projectId":"my-project","datasetLocation":"US","datasetId":"sales"}"#,
    renamed: words::RENAMED,
    page: include_str!("README.md"),
});
