//! Databricks over its REST APIs: Unity Catalog for the schema, SQL statement execution for the test and for what Unity does not know
//! (<https://docs.databricks.com/api/workspace/tables>, <https://docs.databricks.com/api/workspace/statementexecution>).
//!
//! Results come inline only: links to files in the cloud's store are never asked for.

mod connection;
mod credentials;
mod error;
mod hive;
mod introspect;
mod open;
mod pages;
mod statement;
mod types;
mod unity;
mod waking;
mod warehouse;
mod workspace;

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Plan, Share, Step};

use self::connection::DatabricksConnection;
use self::credentials::DatabricksCredentials;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{LONG, Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct Databricks;

#[async_trait]
impl Connector for Databricks {
    type Credentials = DatabricksCredentials;
    type Connection = DatabricksConnection;

    fn route(credentials: &DatabricksCredentials) -> Route {
        credentials.route()
    }

    fn plan(_: &DatabricksCredentials, way: Plan) -> Plan {
        // A warehouse that was asleep takes its time.
        way.then(Step::AUTHENTICATE)
            .then_within(warehouse::STEP, LONG)
            .then(Step::DATABASE)
            .then(Step::LIST)
            .then_within(Step::READ, Share::Rest)
    }

    async fn open(credentials: &DatabricksCredentials, way: &Way) -> Result<(DatabricksConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut DatabricksConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `databricks`
pub(crate) static DATABRICKS: Kind = Kind::new::<Databricks>(About {
    name: "databricks",
    title: "Databricks",
    example: r#"{"host":"dbc-a1b2345c-d6e7.cloud.databricks.com","path":"/sql/1.0/warehouses/1234567890abcdef","token":"dapi0123456789abcdef","catalog":"main"}"#,
    renamed: &[("database", "catalog"), ("password", "token"), ("username", "token")],
    page: include_str!("README.md"),
});
