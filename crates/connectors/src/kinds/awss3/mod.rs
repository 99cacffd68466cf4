//! Amazon S3: tables out of the files of a bucket.

mod connection;
mod credentials;
mod error;
mod introspect;
mod listing;
mod open;
mod source;

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Plan, Share, Step};

use self::connection::S3Connection;
use self::credentials::S3Credentials;
use self::open::BUCKET;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::rest::aws::RENAMED;
use crate::route::{LONG, Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct S3;

#[async_trait]
impl Connector for S3 {
    type Credentials = S3Credentials;
    type Connection = S3Connection;

    fn route(credentials: &S3Credentials) -> Route {
        credentials.route()
    }

    fn plan(_: &S3Credentials, way: Plan) -> Plan {
        way.then_within(Step::AUTHENTICATE, LONG).then(BUCKET).then(Step::LIST).then_within(Step::READ, Share::Rest)
    }

    async fn open(credentials: &S3Credentials, way: &Way) -> Result<(S3Connection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut S3Connection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `awss3`
pub(crate) static AWSS3: Kind = Kind::new::<S3>(About {
    name: "awss3",
    title: "Amazon S3",
    example: r#"{"bucket":"acme-data","path":"exports","region":"eu-west-1","tableLevel":"Folder","accessKeyId":"AKIAIOSFODNN7EXAMPLE","secretAccessKey":"secret"}"#,
    renamed: RENAMED,
    page: include_str!("README.md"),
});
