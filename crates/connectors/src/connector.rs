//! What the code of a family provides, and the erased form in which the server uses it.

use async_trait::async_trait;
use catalog::CatalogWriter;
use egress::{Deadline, Plan, Session, Share, Step};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::error::{ConnectError, Renamed};
use crate::exposure::Exposure;
use crate::job_files::JobFiles;
use crate::route::{LONG, Route, Way};
use crate::server::ServerInfo;

/// The code of a family of kinds. Every folder in `kinds` implements it for one unit struct.
#[async_trait]
pub(crate) trait Connector: Send + Sync + 'static {
    /// The credentials: parsing, messages, JSON Schema, aliases and secrets all come from this struct.
    type Credentials: DeserializeOwned + JsonSchema + Send + Sync;
    /// An open, authenticated connection that passed its test.
    type Connection: Send;

    /// Where the credentials lead.
    fn route(credentials: &Self::Credentials) -> Route;

    /// Who else may have the login, where the contract has it sent without protection.
    fn exposure(_credentials: &Self::Credentials) -> Option<Exposure> {
        None
    }

    /// The steps that a job with these credentials takes, in running order: first those of its `way`.
    fn plan(_credentials: &Self::Credentials, way: Plan) -> Plan {
        way.then_within(Step::AUTHENTICATE, LONG).then(Step::DATABASE).then(Step::LIST).then_within(Step::READ, Share::Rest)
    }

    /// The whole connection test: connects, authenticates, and proves that the database is there and its catalog can be listed.
    async fn open(credentials: &Self::Credentials, way: &Way) -> Result<(Self::Connection, ServerInfo), ConnectError>;

    /// Reads the schema into `out`.
    async fn introspect(connection: &mut Self::Connection, out: &mut CatalogWriter) -> Result<(), ConnectError>;
}

/// Parsed credentials bound to their connector.
#[async_trait]
pub trait Source: Send + Sync {
    /// The steps that a job takes, in running order.
    fn plan(&self) -> Plan;

    /// Gives it the files of its job, if it reads files.
    fn take_files(&mut self, _files: JobFiles) {}

    /// The whole connection test.
    async fn open(&self, session: &Session) -> Result<Box<dyn Opened>, ConnectError>;
}

/// A datasource that passed its test.
#[async_trait]
pub trait Opened: Send {
    /// What the server says it is.
    fn server(&self) -> &ServerInfo;

    /// Reads the schema into `out`.
    async fn introspect(&mut self, out: &mut CatalogWriter) -> Result<(), ConnectError>;
}

/// Credentials of one kind.
pub(crate) struct Bound<C: Connector> {
    pub(crate) credentials: C::Credentials,
    pub(crate) renamed: Renamed,
}

struct OpenConnection<C: Connector> {
    connection: C::Connection,
    server: ServerInfo,
    renamed: Renamed,
}

#[async_trait]
impl<C: Connector> Source for Bound<C> {
    fn plan(&self) -> Plan {
        C::plan(&self.credentials, C::route(&self.credentials).plan())
    }

    async fn open(&self, session: &Session) -> Result<Box<dyn Opened>, ConnectError> {
        let work = async {
            let (way, ssh_host_key) = C::route(&self.credentials).go(session).await?;
            let (connection, server) = C::open(&self.credentials, &way).await?;
            let server = ServerInfo { ssh_host_key, ..server };
            Ok(Box::new(OpenConnection::<C> { connection, server, renamed: self.renamed }) as Box<dyn Opened>)
        };
        // A connector may forget its deadline; the session does not.
        session.run(work).await.unwrap_or_else(|elapsed| Err(elapsed.into())).map_err(|e: ConnectError| e.renamed(self.renamed))
    }
}

#[async_trait]
impl<C: Connector> Opened for OpenConnection<C> {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    async fn introspect(&mut self, out: &mut CatalogWriter) -> Result<(), ConnectError> {
        let deadline = Deadline::from(out.until());
        let read = deadline.run(C::introspect(&mut self.connection, out)).await;
        read.unwrap_or_else(|elapsed| Err(elapsed.into())).map_err(|e: ConnectError| e.of_read().renamed(self.renamed))
    }
}
