//! What a kind of datasource provides, and the erased form in which the server uses it.

use async_trait::async_trait;
use egress::{Session, Step};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::catalog::CatalogBuilder;
use crate::error::ConnectError;

/// What the server behind a datasource says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerInfo {
    /// For example `PostgreSQL`.
    pub product: String,
    /// For example `15.20`.
    pub version: String,
    /// The key of the SSH server on the way, in OpenSSH's form: to be kept with the credentials.
    pub ssh_host_key: Option<String>,
}

/// The number at the start of what a server calls its version. It is shown to the user: only what looks like one.
pub(crate) fn version_number(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(32).collect()
}

/// The first part of a version.
pub(crate) fn major(version: &str) -> u32 {
    version.split('.').next().and_then(|part| part.parse().ok()).unwrap_or(0)
}

/// One kind of datasource. Every file in `kinds` implements it for one unit struct.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// `datasourceType`
    const KIND: &'static str;
    /// The name of the product, for people.
    const TITLE: &'static str;
    /// Credentials (JSON) as a user would send them, without `name`.
    const EXAMPLE: &'static str;
    /// The kind's own words for the usual credentials, as error messages use them: `("host", "server")`.
    const RENAMED: &'static [(&'static str, &'static str)] = &[];
    /// The credentials: parsing, messages, JSON Schema, aliases and secrets all come from this struct.
    type Credentials: DeserializeOwned + JsonSchema + Send + Sync;
    /// An open, authenticated connection.
    type Connection: Send;

    /// The steps that a job with these credentials takes.
    fn steps(credentials: &Self::Credentials) -> Vec<Step>;

    /// Connects and authenticates.
    async fn connect(credentials: &Self::Credentials, cx: &Session) -> Result<Self::Connection, ConnectError>;

    /// Proves that the database is there and its catalog can be listed.
    async fn check(credentials: &Self::Credentials, connection: &mut Self::Connection, cx: &Session) -> Result<ServerInfo, ConnectError>;

    /// Reads the schema into `out`.
    async fn introspect(connection: &mut Self::Connection, out: &mut CatalogBuilder) -> Result<(), ConnectError>;
}

/// Parsed credentials bound to their connector.
#[async_trait]
pub trait Source: Send + Sync {
    /// The steps that a job takes.
    fn steps(&self) -> Vec<Step>;

    /// Connects, authenticates and checks: the whole connection test.
    async fn open(&self, cx: &Session) -> Result<Box<dyn Opened>, ConnectError>;
}

/// A datasource that passed its test.
#[async_trait]
pub trait Opened: Send {
    /// What the server says it is.
    fn server(&self) -> &ServerInfo;

    /// Reads the schema into `out`.
    async fn introspect(&mut self, out: &mut CatalogBuilder) -> Result<(), ConnectError>;
}

pub(crate) struct BoundSource<C: Connector>(pub(crate) C::Credentials);

struct OpenConnection<C: Connector> {
    connection: C::Connection,
    server: ServerInfo,
}

#[async_trait]
impl<C: Connector> Source for BoundSource<C> {
    fn steps(&self) -> Vec<Step> {
        C::steps(&self.0)
    }

    async fn open(&self, cx: &Session) -> Result<Box<dyn Opened>, ConnectError> {
        let work = async {
            let mut connection = C::connect(&self.0, cx).await?;
            let server = C::check(&self.0, &mut connection, cx).await?;
            Ok(Box::new(OpenConnection::<C> { connection, server }) as Box<dyn Opened>)
        };
        // A connector may forget its deadline; the session does not.
        cx.run(work).await.unwrap_or_else(|elapsed| Err(elapsed.into())).map_err(|e: ConnectError| e.renamed(C::RENAMED))
    }
}

#[async_trait]
impl<C: Connector> Opened for OpenConnection<C> {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    async fn introspect(&mut self, out: &mut CatalogBuilder) -> Result<(), ConnectError> {
        let deadline = out.deadline();
        let read = deadline.run(C::introspect(&mut self.connection, out)).await;
        read.unwrap_or_else(|elapsed| Err(elapsed.into())).map_err(|e: ConnectError| e.renamed(C::RENAMED))
    }
}
