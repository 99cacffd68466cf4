//! Amazon Athena by its API: the catalog's metadata for the schema, one statement for the test.

mod connection;
mod credentials;
mod error;
mod introspect;
mod open;
mod statement;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Plan, Share, Step};

use self::connection::AthenaConnection;
use self::credentials::AthenaCredentials;
use self::open::{QUERY, WORK_GROUP};
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::rest::aws::RENAMED;
use crate::route::{LONG, Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct Athena;

#[async_trait]
impl Connector for Athena {
    type Credentials = AthenaCredentials;
    type Connection = AthenaConnection;

    fn route(credentials: &AthenaCredentials) -> Route {
        credentials.route()
    }

    fn plan(_: &AthenaCredentials, way: Plan) -> Plan {
        let named = way.then_within(Step::AUTHENTICATE, LONG).then(WORK_GROUP).then(Step::DATABASE).then(Step::LIST);
        named.then_within(QUERY, LONG).then_within(Step::READ, Share::Rest)
    }

    async fn open(credentials: &AthenaCredentials, way: &Way) -> Result<(AthenaConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut AthenaConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `athena`
pub(crate) static ATHENA: Kind = Kind::new::<Athena>(About {
    name: "athena",
    title: "Amazon Athena",
    example: r#"{"database":"sales","s3OutputBucket":"s3://acme-athena-results/headwater/","accessKeyId":"AKIAIOSFODNN7EXAMPLE","region":"eu-west-1","secretAccessKey":"secret"}"#,
    renamed: RENAMED,
    page: include_str!("README.md"),
});
