//! Find a member that can be read, log in, check: all of it, or no connection.

use std::collections::VecDeque;
use std::time::Duration;

use egress::{BoxStream, Gateway, Step, Target};
use mongodb::bson::{Document, doc};
use mongodb::options::{
    AuthMechanism, ClientOptions, Credential, ReadPreference, SelectionCriteria, ServerAddress, ServerMonitoringMode, Socks5Proxy,
};
use mongodb::{Client, Database};
use secrecy::{ExposeSecret, SecretString};

use super::credentials::MongoCredentials;
use super::error;
use super::hello::{Hello, hello};
use super::seedlist::{Seedlist, seedlist};
use super::watch::Frames;
use crate::credentials::Scram;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::route::Way;
use crate::server::{ServerInfo, version_number};

/// Servers that are greeted: those of the credentials, and the members that they name.
const GREETED: usize = 50;

/// Bytes that all connections of a job may bring: samples are bounded one by one, and this is the end of everything.
const BYTES: u64 = 8 << 30;

/// Connections at once: one for each collection that is sampled meanwhile.
pub(super) const CONNECTIONS: u32 = 4;

/// A client that is let in, and the gateway that it goes through.
pub(super) struct MongoConnection {
    pub(super) gateway: Gateway,
    pub(super) database: Database,
    pub(super) name: String,
}

impl MongoConnection {
    /// A failure of a command.
    pub(super) fn failed(&self, error: &mongodb::error::Error) -> ConnectError {
        error::of(error, &self.gateway)
    }
}

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &MongoCredentials, way: &Way) -> Result<(MongoConnection, ServerInfo), ConnectError> {
    let list = Box::pin(seedlist(credentials, way)).await?;
    let way = choose(&list, way).await?;
    let watch = if credentials.login().is_some() { Frames::watch } else { Frames::watch_without_login };
    let gateway = way.gateway(BYTES, watch).await?;
    let login = Box::pin(login(credentials, &list, &way, &gateway));
    let (client, version) = way.step(Step::AUTHENTICATE, login).await?;
    let name = credentials.database().ok_or_else(|| {
        ConnectError::from(ConnectErrorKind::DatabaseNotFound)
            .at(Step::DATABASE)
            .with_remedy("give database, or name it in the connection string: mongodb://host/database".to_owned())
    })?;
    let database = client.database(name);
    let connection = MongoConnection { gateway, database, name: name.to_owned() };
    let grant = |error: ConnectError| match (error.kind, credentials.login()) {
        (ConnectErrorKind::NoPrivilege, Some((user, _))) => {
            let (user, name) = (serde_json::json!(user), serde_json::json!(name));
            error.with_remedy(format!("run db.grantRolesToUser({user}, [{{role: \"read\", db: {name}}}])"))
        }
        _ => error,
    };
    way.step(Step::DATABASE, exists(&client, &connection)).await.map_err(grant)?;
    way.step(Step::LIST, has_collections(&connection)).await.map_err(grant)?;
    Ok((connection, ServerInfo::new("MongoDB", version)))
}

/// The way to the first member that can be read: those of the credentials first, then those that they name.
async fn choose(list: &Seedlist, way: &Way) -> Result<Way, ConnectError> {
    let mut targets: VecDeque<Target> = list.targets.clone().into();
    let mut known: Vec<Target> = targets.iter().cloned().collect();
    let mut failure: Option<ConnectError> = None;
    while let Some(target) = targets.pop_front() {
        let own = list.targets.contains(&target);
        let way = way.to(target);
        let greeted = match greet(&way, list.load_balanced).await {
            Ok(greeted) => greeted,
            Err(error) => {
                let error = if own {
                    error
                } else {
                    error.or_remedy("the replica set names members that cannot be reached from here: give the host of one that can")
                };
                failure.get_or_insert(error);
                continue;
            }
        };
        if list.replica_set.as_deref().is_some_and(|wanted| greeted.set.as_deref() != Some(wanted)) {
            let error = ConnectError::from(ConnectErrorKind::Protocol).at(Step::AUTHENTICATE).with_field("connectionString");
            return Err(error.with_remedy("check replicaSet: the server is of another replica set, or of none".to_owned()));
        }
        if greeted.readable {
            return Ok(way);
        }
        for member in greeted.members {
            if known.len() < GREETED && !known.contains(&member) {
                known.push(member.clone());
                targets.push_back(member);
            }
        }
    }
    Err(failure.unwrap_or_else(|| {
        ConnectError::from(ConnectErrorKind::NotReady)
            .at(Step::AUTHENTICATE)
            .with_remedy("give the host of a member that holds data, or try again when one is there".to_owned())
    }))
}

async fn greet(way: &Way, load_balanced: bool) -> Result<Hello, ConnectError> {
    let stream = way.dial().await?;
    let stream: BoxStream = if way.wants_tls() { Box::new(way.secure(async { Ok(stream) }).await?) } else { stream };
    way.step(Step::AUTHENTICATE, hello(stream, load_balanced)).await.map_err(|error| match error.kind {
        ConnectErrorKind::Closed if !way.wants_tls() => {
            error.with_remedy("check the port, and set sslMode to true if the server takes TLS connections only".to_owned())
        }
        _ => error,
    })
}

/// A client that was let in, and the server's version. A user may be kept in `admin` or in the database: both are tried before a verdict.
async fn login(credentials: &MongoCredentials, list: &Seedlist, way: &Way, gateway: &Gateway) -> Result<(Client, String), ConnectError> {
    let mut verdict = None;
    for source in &list.sources {
        let mut options = options(way.target(), gateway, credentials.login(), source, credentials.mechanism());
        if list.load_balanced {
            (options.load_balanced, options.direct_connection) = (Some(true), None);
        }
        let client = Client::with_options(options).map_err(|_| ConnectErrorKind::Internal)?;
        match client.database("admin").run_command(doc! {"buildInfo": 1}).await {
            Ok(answer) => return Ok((client, version_number(answer.get_str("version").unwrap_or_default()))),
            Err(failed) => {
                let failed = error::of(&failed, gateway);
                let another = failed.kind == ConnectErrorKind::Rejected;
                let verdict = verdict.get_or_insert(failed);
                if !another {
                    return Err(verdict.clone());
                }
            }
        }
        if credentials.login().is_none() {
            break;
        }
    }
    Err(verdict.unwrap_or_else(|| ConnectErrorKind::Internal.into()))
}

/// One server, through the gateway, and nothing that the driver would find out or fetch for itself.
fn options(
    target: &Target,
    gateway: &Gateway,
    login: Option<(&str, &SecretString)>,
    source: &str,
    mechanism: Option<Scram>,
) -> ClientOptions {
    let mut options = ClientOptions::default();
    options.hosts = vec![ServerAddress::Tcp { host: target.host.to_string(), port: Some(target.port) }];
    options.direct_connection = Some(true);
    options.app_name = Some("headwater".to_owned());
    options.max_pool_size = Some(CONNECTIONS);
    options.retry_reads = Some(false);
    options.retry_writes = Some(false);
    options.server_monitoring_mode = Some(ServerMonitoringMode::Poll);
    options.heartbeat_freq = Some(Duration::from_mins(1));
    options.server_selection_timeout = Some(Duration::from_secs(5));
    options.connect_timeout = Some(Duration::from_secs(10));
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::PrimaryPreferred { options: None }));
    let door = (gateway.username().to_owned(), gateway.password().expose_secret().to_owned());
    let address = gateway.address();
    options.socks5_proxy =
        Some(Socks5Proxy::builder().host(address.ip().to_string()).port(address.port()).authentication(Some(door)).build());
    options.credential = login.map(|(username, password)| {
        let mut credential = Credential::default();
        credential.username = Some(username.to_owned());
        credential.password = Some(password.expose_secret().to_owned());
        credential.source = Some(source.to_owned());
        credential.mechanism = mechanism.map(|mechanism| match mechanism {
            Scram::Sha1 => AuthMechanism::ScramSha1,
            Scram::Sha256 => AuthMechanism::ScramSha256,
        });
        credential
    });
    options
}

/// A database is there if the server lists it, or if something is in it: users who may not list databases may still read one.
async fn exists(client: &Client, connection: &MongoConnection) -> Result<(), ConnectError> {
    let name = connection.name.as_str();
    let question = doc! {"listDatabases": 1, "nameOnly": true, "authorizedDatabases": true, "filter": {"name": name}};
    let listed = match client.database("admin").run_command(question).await {
        Ok(answer) => lists(&answer, name),
        Err(error) => match connection.failed(&error) {
            error if error.server_code.is_some() => false,
            error => return Err(error),
        },
    };
    if listed || has_collections(connection).await? { Ok(()) } else { Err(ConnectErrorKind::DatabaseNotFound.into()) }
}

fn lists(answer: &Document, name: &str) -> bool {
    let all = answer.get_array("databases").ok().into_iter().flatten();
    all.filter_map(|one| one.as_document()).any(|one| one.get_str("name").is_ok_and(|found| found == name))
}

async fn has_collections(connection: &MongoConnection) -> Result<bool, ConnectError> {
    let question = doc! {"listCollections": 1, "nameOnly": true, "authorizedCollections": true, "cursor": {"batchSize": 1}};
    let failed = |error: mongodb::error::Error| connection.failed(&error);
    // Dropped, the cursor is closed at the server, too.
    let mut first = connection.database.run_cursor_command(question).await.map_err(failed)?;
    first.advance().await.map_err(failed)
}
