//! The PostgreSQL family: one wire protocol, three catalogs. Which to read is told by `version()`, not by what the user chose.
//!
//! PgBouncer in transaction mode lies in the way of many: no startup options it does not know, no named statements
//! (`query_typed`), everything that belongs together inside one transaction.

mod channel_binding;
mod credentials;
mod error;
mod guard;
mod introspect;
mod open;
mod product;
mod rows;
mod types;

use async_trait::async_trait;
use catalog::CatalogWriter;

use self::credentials::PgCredentials;
use self::open::PgConnection;
use crate::connector::Connector;
use crate::error::ConnectError;
use crate::kind::{About, Kind};
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The connector of the family.
struct Postgres;

#[async_trait]
impl Connector for Postgres {
    type Credentials = PgCredentials;
    type Connection = PgConnection;

    fn route(credentials: &PgCredentials) -> Route {
        credentials.route()
    }

    async fn open(credentials: &PgCredentials, way: &Way) -> Result<(PgConnection, ServerInfo), ConnectError> {
        open::open(credentials, way).await
    }

    async fn introspect(connection: &mut PgConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        introspect::introspect(connection, out).await
    }
}

const PAGE: &str = include_str!("README.md");

/// `postgres`
pub(crate) static POSTGRES: Kind = Kind::new::<Postgres>(About {
    name: "postgres",
    title: "PostgreSQL",
    example: r#"{"host":"db.example.com","port":5432,"username":"reader","password":"secret","database":"analytics","schema":"public","sslMode":true}"#,
    renamed: &[],
    page: PAGE,
});

/// `redshift`
pub(crate) static REDSHIFT: Kind = Kind::new::<Postgres>(About {
    name: "redshift",
    title: "Amazon Redshift",
    example: r#"{"host":"cluster.abc123.eu-west-1.redshift.amazonaws.com","port":5439,"username":"reader","password":"secret","database":"analytics","schema":"public","sslMode":true}"#,
    renamed: &[],
    page: PAGE,
});

/// `cockroachdb`
pub(crate) static COCKROACHDB: Kind = Kind::new::<Postgres>(About {
    name: "cockroachdb",
    title: "CockroachDB",
    example: r#"{"host":"cluster.example.com","port":26257,"username":"reader","password":"secret","database":"analytics","schema":"public","sslMode":true}"#,
    renamed: &[],
    page: PAGE,
});
