//! Dial, TLS, log in, follow the server once, check: all of it, or no connection.

use egress::{BoxStream, Host, Step, Target};
use secrecy::ExposeSecret;
use tiberius::error::Error;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio_util::compat::TokioAsyncReadCompatExt;

use super::credentials::SqlServerCredentials;
use super::prelogin;
use super::query::{Driver, query, settle};
use super::shim::{Meter, Shim};
use super::statements::{DATABASES, LIST, PROBE};
use super::tunnel::Tunnel;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::route::Way;
use crate::server::{ServerInfo, major, version_number};

/// More databases than these are not read.
const DATABASES_READ: usize = 1_000;

/// Bytes of a database's name: 128 characters at most.
const NAME_BYTES: usize = 512;

/// `SERVERPROPERTY('EngineEdition')` of services where a connection sees one database: Azure SQL Database, Synapse, Fabric.
const ONE_DATABASE: [i64; 3] = [5, 6, 12];
/// And of the others in Azure: Managed Instance, serverless pools.
const AZURE: [i64; 2] = [8, 11];

/// An authenticated connection.
pub(super) struct SqlServerConnection {
    pub(super) driver: Box<Driver>,
    pub(super) meter: Meter,
    /// The major version.
    pub(super) version: u32,
    /// The databases to read by name; none for the current one alone.
    pub(super) databases: Option<Vec<String>>,
}

/// Connects, authenticates and checks. A server that sends us to another one is followed once, through the same dialer.
pub(super) async fn open(credentials: &SqlServerCredentials, way: &Way) -> Result<(SqlServerConnection, ServerInfo), ConnectError> {
    let (driver, meter) = match log_in(credentials, way).await? {
        LoggedIn::Here(driver, meter) => (driver, meter),
        LoggedIn::Elsewhere(target) => match log_in(credentials, &way.to(target)).await? {
            LoggedIn::Here(driver, meter) => (driver, meter),
            LoggedIn::Elsewhere(_) => {
                return Err(ConnectError::from(ConnectErrorKind::Redirected)
                    .with_remedy("check the availability group's read-only routing: a replica sends us on once more".to_owned()));
            }
        },
    };
    check(credentials, driver, meter, way).await
}

enum LoggedIn {
    Here(Box<Driver>, Meter),
    Elsewhere(Target),
}

async fn log_in(credentials: &SqlServerCredentials, way: &Way) -> Result<LoggedIn, ConnectError> {
    let stream = way.dial().await?;
    let mut finish = None;
    let ready = async {
        let mut stream = stream;
        prelogin::ask(&mut stream).await?;
        let (tunnel, end) = Tunnel::new(stream);
        finish = Some(end);
        Ok(Box::new(tunnel) as BoxStream)
    };
    let session = way.secure(ready).await.map_err(of_tls)?;
    if let Some(finish) = finish {
        finish.now();
    }
    let target = way.target();
    let (shim, meter) = Shim::new(session);
    let mut config = Config::new();
    config.host(&target.host);
    config.port(target.port);
    config.application_name("headwater");
    // Otherwise the driver tells the name of this machine.
    config.client_name("headwater");
    config.authentication(AuthMethod::sql_server(&credentials.user, credentials.password.expose_secret()));
    config.encryption(EncryptionLevel::NotSupported);
    config.readonly(credentials.read_only_intent == Some(true));
    config.lossy_utf16_decoding(true);
    // The job has its own deadlines.
    config.handshake_timeout(None);
    config.command_timeout(None);
    // Named even where all are read: a login may not be let in without, and a listener routes by it.
    if let Some(database) = &credentials.database {
        config.database(database);
    }
    let login = async {
        match Box::pin(Client::connect(config, shim.compat())).await {
            Ok(driver) => Ok(LoggedIn::Here(Box::new(driver), meter)),
            Err(Error::Routing { host, port }) => {
                // `host\instance`: the port says it already.
                let name = host.split('\\').next().unwrap_or_default();
                let host: Host = name.parse().map_err(|_| ConnectError::from(ConnectErrorKind::Redirected))?;
                if port == 0 {
                    return Err(ConnectErrorKind::Redirected.into());
                }
                Ok(LoggedIn::Elsewhere(Target::new(host, port)))
            }
            Err(error) => Err(of_login(meter.map(&error))),
        }
    };
    way.step(Step::AUTHENTICATE, login).await
}

/// Much is said at login that is about something else: the database is opened once the login is let in, and a server that wants
/// strict encryption refuses there, too.
fn of_login(error: ConnectError) -> ConnectError {
    match error.kind {
        ConnectErrorKind::DatabaseNotFound => error.at(Step::DATABASE),
        ConnectErrorKind::TlsFailed => error.at(Step::TLS),
        _ => error,
    }
}

/// What is different about TLS here.
fn of_tls(error: ConnectError) -> ConnectError {
    let remedy = match error.kind {
        // There is no sslMode to turn off.
        ConnectErrorKind::TlsUnsupported => {
            return error
                .with_field("server")
                .with_remedy("turn TLS on at the server (Force Encryption): a login is never sent without".to_owned());
        }
        ConnectErrorKind::TlsFailed => "let the server offer TLS 1.2 with ECDHE and AES-GCM (Windows Server 2016 or later does)",
        ConnectErrorKind::Closed => "check the port; a server that forces strict encryption (TDS 8) is not supported",
        ConnectErrorKind::CertificateUntrusted => {
            "give the authority's certificate (PEM) as sslCa; the one that SQL Server makes for itself has none: install another, or set sslVerify to none"
        }
        _ => return error,
    };
    error.or_remedy(remedy)
}

/// Three statements: who answers and in which database, and what can be listed.
async fn check(
    credentials: &SqlServerCredentials,
    mut driver: Box<Driver>,
    meter: Meter,
    way: &Way,
) -> Result<(SqlServerConnection, ServerInfo), ConnectError> {
    let probe = async {
        let mut rows = query(&mut driver, &meter, PROBE).await?;
        let row = rows.next().await?.ok_or(ConnectErrorKind::Protocol)?;
        let told = (row.text(0).to_owned(), row.number(1).unwrap_or_default(), row.text(2).to_owned());
        while rows.next().await?.is_some() {}
        Ok::<_, ConnectError>(told)
    };
    let (version, edition, current) = way.step(Step::DATABASE, probe).await?;
    let single = ONE_DATABASE.contains(&edition);
    let several = credentials.all_databases() && !single;
    let list = async {
        if !single && edition != 11 {
            // Somebody's open transaction may hold locks on the catalog.
            settle(&mut driver, &meter, "set lock_timeout 10000").await?;
        }
        if credentials.all_databases() && single && current.eq_ignore_ascii_case("master") {
            return Err(ConnectError::from(ConnectErrorKind::DatabaseNotFound)
                .with_remedy("give database: here a connection sees its own database alone".to_owned()));
        }
        let mut names = Vec::new();
        let mut rows = query(&mut driver, &meter, if several { DATABASES } else { LIST }).await?;
        while let Some(row) = rows.next().await? {
            // One too many, so that the read can tell.
            let name = row.text(0);
            if several && names.len() <= DATABASES_READ && name.len() <= NAME_BYTES {
                names.push(name.to_owned());
            }
        }
        Ok::<_, ConnectError>(names)
    };
    let mut names = way.step(Step::LIST, list).await?;
    if single {
        names = vec![current];
    }
    let version = version_number(&version);
    // Azure's versions stand still at 12, and have everything.
    let azure = single || AZURE.contains(&edition);
    let server = ServerInfo::new(if azure { "Azure SQL" } else { "SQL Server" }, version.clone());
    let databases = credentials.all_databases().then_some(names);
    let version = if azure { u32::MAX } else { major(&version) };
    Ok((SqlServerConnection { driver, meter, version, databases }, server))
}

/// Whether there are more databases than are read.
pub(super) fn beyond(databases: &[String]) -> (&[String], bool) {
    (&databases[..databases.len().min(DATABASES_READ)], databases.len() > DATABASES_READ)
}
