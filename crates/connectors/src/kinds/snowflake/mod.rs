//! Snowflake over the protocol of its own drivers: a session, statements, results as JSON.
//!
//! Nothing is uploaded or downloaded by statement (PUT, GET), no file is written, and no warehouse is started that is stopped
//! unless a schema is too large to be shown without one.

mod chunk;
mod columns;
mod credentials;
mod error;
mod introspect;
mod jwt;
mod key;
mod keys;
mod login;
mod objects;
mod open;
mod protocol;
mod query;
mod reader;
mod session;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Plan, Share, Step};

use self::credentials::SnowflakeCredentials;
use self::open::{ROLE, SCHEMA, SnowflakeConnection, WAREHOUSE};
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{LONG, Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct Snowflake;

#[async_trait]
impl Connector for Snowflake {
    type Credentials = SnowflakeCredentials;
    type Connection = SnowflakeConnection;

    fn route(credentials: &SnowflakeCredentials) -> Route {
        credentials.route()
    }

    fn plan(_: &SnowflakeCredentials, way: Plan) -> Plan {
        let plan = way.then_within(Step::AUTHENTICATE, LONG).then(ROLE).then(WAREHOUSE).then(Step::DATABASE).then(SCHEMA);
        plan.then(Step::LIST).then_within(Step::READ, Share::Rest)
    }

    async fn open(credentials: &SnowflakeCredentials, way: &Way) -> Result<(SnowflakeConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut SnowflakeConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `snowflake`
pub(crate) static SNOWFLAKE: Kind = Kind::new::<Snowflake>(About {
    name: "snowflake",
    title: "Snowflake",
    example: r#"{"host":"myorg-myaccount.snowflakecomputing.com","username":"READER","role":"ANALYST","warehouse":"COMPUTE_WH","database":"SALES","schema":"PUBLIC","credentials":"username/password","password":"secret"}"#,
    renamed: &[],
    page: include_str!("README.md"),
});
