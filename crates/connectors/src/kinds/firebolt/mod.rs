//! Firebolt over REST: a token for client credentials, the account's endpoint, statements.
//!
//! No engine is ever started. Whatever host the vendor's API names is judged before anything is said to it.

mod credentials;
mod endpoint;
mod error;
mod introspect;
mod open;
mod query;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Plan, Share, Step};

use self::credentials::FireboltCredentials;
use self::open::{ACCOUNT, ENGINE, FireboltConnection};
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{LONG, Route, Way};
use crate::server::ServerInfo;

/// The connector.
struct Firebolt;

#[async_trait]
impl Connector for Firebolt {
    type Credentials = FireboltCredentials;
    type Connection = FireboltConnection;

    fn route(credentials: &FireboltCredentials) -> Route {
        credentials.route()
    }

    fn plan(_: &FireboltCredentials, way: Plan) -> Plan {
        let plan = way.then_within(Step::AUTHENTICATE, LONG).then(ACCOUNT).then(Step::DATABASE).then(ENGINE);
        plan.then(Step::LIST).then_within(Step::READ, Share::Rest)
    }

    async fn open(credentials: &FireboltCredentials, way: &Way) -> Result<(FireboltConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut FireboltConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

/// `firebolt`
pub(crate) static FIREBOLT: Kind = Kind::new::<Firebolt>(About {
    name: "firebolt",
    title: "Firebolt",
    example: r#"{"clientId":"f2q3…","clientSecret":"secret","account":"my_account","database":"sales","engine":"my_engine","schema":"public"}"#,
    renamed: &[("host", "apiEndpoint"), ("password", "clientSecret")],
    page: include_str!("README.md"),
});
