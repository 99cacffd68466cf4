//! Dial, TLS, log in, follow the server once, check.

use egress::{BoxStream, Host, Session, Step, Target, TlsOptions, connect_tls};
use secrecy::ExposeSecret;
use tiberius::error::Error;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio_util::compat::TokioAsyncReadCompatExt;

use super::credentials::SqlServerCredentials;
use super::prelogin;
use super::query::{Driver, query};
use super::shim::{Meter, Shim};
use super::statements::{DATABASES, LIST, PROBE};
use super::tunnel::Tunnel;
use crate::connector::ServerInfo;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::reach::{self, Reach, reach};

/// More databases than these are not read.
const DATABASES_READ: usize = 1_000;

/// `SERVERPROPERTY('EngineEdition')` of a single database in Azure.
const AZURE_SQL_DATABASE: i64 = 5;

/// An authenticated connection.
pub(crate) struct SqlServerConnection {
    pub(super) driver: Box<Driver>,
    pub(super) meter: Meter,
    /// The major version.
    pub(super) version: u32,
    /// The databases to read by name; none for the current one alone.
    pub(super) databases: Option<Vec<String>>,
    ssh_host_key: Option<String>,
}

/// The steps that a job takes.
pub(crate) fn steps(credentials: &SqlServerCredentials) -> Vec<Step> {
    reach::steps(&credentials.server.0, &credentials.ssh, true)
}

/// Connects and authenticates. A server that sends us to another one is followed once, through the same dialer.
pub(crate) async fn connect(credentials: &SqlServerCredentials, cx: &Session) -> Result<SqlServerConnection, ConnectError> {
    let Reach { session, ssh_host_key } = reach(&credentials.ssh, cx).await?;
    let target = Target::new(credentials.server.0.clone(), credentials.port);
    let (driver, meter) = match log_in(credentials, &session, &target).await? {
        LoggedIn::Here(driver, meter) => (driver, meter),
        LoggedIn::Elsewhere(target) => match log_in(credentials, &session, &target).await? {
            LoggedIn::Here(driver, meter) => (driver, meter),
            LoggedIn::Elsewhere(_) => {
                return Err(ConnectError::from(ConnectErrorKind::Redirected)
                    .with_remedy("check the availability group's read-only routing: a replica sends us on once more".to_owned()));
            }
        },
    };
    Ok(SqlServerConnection { driver, meter, version: 0, databases: None, ssh_host_key })
}

enum LoggedIn {
    Here(Box<Driver>, Meter),
    Elsewhere(Target),
}

async fn log_in(credentials: &SqlServerCredentials, session: &Session, target: &Target) -> Result<LoggedIn, ConnectError> {
    let stream = session.dial(target).await?;
    // Under TDS 7 a session of TLS 1.3 would go on with messages for which there is no place in packets.
    let options = TlsOptions { only_tls12: true, ..credentials.trust.options(None) };
    let session_of_tls =
        session.step(Step::Tls, secure(stream, &target.host, &options, session)).await.map_err(|error| match error.kind {
            // There is no sslMode to turn off.
            ConnectErrorKind::TlsUnsupported => error
                .with_field("server")
                .with_remedy("turn TLS on at the server (Force Encryption): a login is never sent without".to_owned()),
            _ => error,
        })?;
    let (shim, meter) = Shim::new(session_of_tls);
    let mut config = Config::new();
    config.host(&target.host);
    config.port(target.port);
    config.application_name("headwater");
    config.authentication(AuthMethod::sql_server(&credentials.user, credentials.password.expose_secret()));
    config.encryption(EncryptionLevel::NotSupported);
    config.readonly(credentials.read_only_intent == Some(true));
    config.lossy_utf16_decoding(true);
    // The job has its own deadlines.
    config.handshake_timeout(None);
    config.command_timeout(None);
    if let (Some(database), false) = (&credentials.database, credentials.all_databases()) {
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
            Err(error) => Err(meter.map(&error)),
        }
    };
    session.step(Step::Authenticate, login).await
}

async fn secure(mut stream: BoxStream, host: &Host, options: &TlsOptions, session: &Session) -> Result<egress::TlsStream, ConnectError> {
    prelogin::ask(&mut stream).await?;
    let (tunnel, finish) = Tunnel::new(stream);
    let made = connect_tls(Box::new(tunnel), host, options, session.deadline()).await?;
    finish.now();
    Ok(made)
}

/// Two statements: who answers and in which database, and what can be listed.
pub(crate) async fn check(
    credentials: &SqlServerCredentials,
    connection: &mut SqlServerConnection,
    cx: &Session,
) -> Result<ServerInfo, ConnectError> {
    let SqlServerConnection { driver, meter, .. } = &mut *connection;
    let probe = async {
        let mut rows = query(driver, meter, PROBE).await?;
        let row = rows.next().await?.ok_or(ConnectErrorKind::Protocol)?;
        let told = (row.text(0).to_owned(), row.number(1).unwrap_or_default(), row.text(2).to_owned());
        while rows.next().await?.is_some() {}
        Ok::<_, ConnectError>(told)
    };
    let (version, edition, current) = cx.step(Step::Database, probe).await.map_err(grant)?;
    let list = async {
        let mut names = Vec::new();
        let mut rows = query(driver, meter, if credentials.all_databases() { DATABASES } else { LIST }).await?;
        while let Some(row) = rows.next().await? {
            // One too many, so that the read can tell.
            if names.len() <= DATABASES_READ {
                names.push(row.text(0).to_owned());
            }
        }
        Ok::<_, ConnectError>(names)
    };
    let mut names = cx.step(Step::List, list).await.map_err(grant)?;
    if edition == AZURE_SQL_DATABASE {
        // There a connection sees its own database alone.
        names = vec![current];
    }
    let version: String = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(32).collect();
    // Azure's versions stand still at 12, and have everything.
    let azure = matches!(edition, AZURE_SQL_DATABASE | 8 | 11 | 12);
    connection.version = if azure { u32::MAX } else { version.split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0) };
    connection.databases = credentials.all_databases().then_some(names);
    let product = if azure { "Azure SQL" } else { "SQL Server" };
    Ok(ServerInfo { product: product.to_owned(), version, ssh_host_key: connection.ssh_host_key.clone() })
}

/// Names the privileges that are missing.
pub(super) fn grant(error: ConnectError) -> ConnectError {
    match (error.kind, error.server_code.as_deref()) {
        // What is to be done about this one is said with its number.
        (_, Some("916")) => error,
        (ConnectErrorKind::NoPrivilege, _) => {
            error.with_remedy("let the login see the catalog: GRANT VIEW DEFINITION in the database, or SELECT on its tables".to_owned())
        }
        _ => error,
    }
}

/// Whether there are more databases than are read.
pub(super) fn beyond(databases: &[String]) -> (&[String], bool) {
    (&databases[..databases.len().min(DATABASES_READ)], databases.len() > DATABASES_READ)
}
