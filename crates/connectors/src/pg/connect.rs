//! Dial, TLS, authenticate, check.

use std::sync::{Arc, OnceLock};

use egress::{BoxStream, Session, Step, Target, connect_tls};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config};

use super::channel_binding::{Established, end_point};
use super::credentials::PgCredentials;
use super::error::map;
use super::guard::Guard;
use super::product::{Product, detect};
use crate::connector::ServerInfo;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::reach::{self, Reach, reach};

/// An authenticated connection. The task that drives it ends with it.
pub(crate) struct PgConnection {
    pub(super) client: Client,
    pub(super) product: Product,
    /// Why the connection broke, if it did; statements only see that it is closed.
    broken: Arc<OnceLock<ConnectError>>,
    ssh_host_key: Option<String>,
    _driver: JoinSet<()>,
}

impl PgConnection {
    /// The reason behind an error that only says "closed".
    pub(super) fn reason(&self, error: ConnectError) -> ConnectError {
        let known = (error.kind == ConnectErrorKind::Closed).then(|| self.broken.get().cloned()).flatten();
        known.unwrap_or(error)
    }
}

/// The steps that a job takes.
pub(crate) fn steps(credentials: &PgCredentials) -> Vec<Step> {
    reach::steps(&credentials.host.0, &credentials.ssh, credentials.ssl_mode == Some(true))
}

/// Connects and authenticates.
pub(crate) async fn connect(credentials: &PgCredentials, cx: &Session) -> Result<PgConnection, ConnectError> {
    let target = Target::new(credentials.host.0.clone(), credentials.port);
    let Reach { session, ssh_host_key } = reach(&credentials.ssh, cx).await?;
    let mut stream = session.dial(&target).await?;
    let mut tls = Established { end_point: None };
    let mut config = Config::new();
    config
        .user(&credentials.username)
        .password(credentials.password.expose_secret())
        .dbname(&credentials.database)
        .application_name("headwater")
        .ssl_mode(SslMode::Disable);
    let mut protected = false;
    if credentials.ssl_mode == Some(true) {
        let options = credentials.trust.options(Some(&credentials.identity));
        let make = async {
            request_tls(&mut stream).await?;
            Ok::<_, ConnectError>(connect_tls(stream, &target.host, &options, cx.deadline()).await?)
        };
        let tls_session = cx.step(Step::Tls, make).await?;
        tls.end_point = tls_session.get_ref().1.peer_certificates().and_then(|chain| end_point(chain.first()?));
        protected = credentials.trust.verified();
        stream = Box::new(tls_session);
        // "Direct" makes the driver skip its own request for TLS: the session it gets is there already.
        config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
    }
    let login = async { config.connect_raw(Guard::new(stream, protected), tls).await.map_err(|e| map(&e)) };
    let (client, mut connection) =
        cx.step(Step::Authenticate, login).await.map_err(|e| grant(e, "CONNECT ON DATABASE", &credentials.database, credentials))?;
    let broken = Arc::new(OnceLock::new());
    let mut driver = JoinSet::new();
    driver.spawn({
        let broken = broken.clone();
        async move {
            // The statements that wait learn of it when the connection is dropped: after the reason is in its place.
            if let Err(error) = (&mut connection).await {
                let _ = broken.set(map(&error));
            }
            drop(connection);
        }
    });
    Ok(PgConnection { client, product: Product::Postgres(0), broken, ssh_host_key, _driver: driver })
}

/// Asks for TLS: `SSLRequest`, answered with one byte (PostgreSQL documentation, "SSL Session Encryption").
async fn request_tls(stream: &mut BoxStream) -> Result<(), ConnectError> {
    let closed = |_| ConnectError::from(ConnectErrorKind::Closed);
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).await.map_err(closed)?;
    stream.flush().await.map_err(closed)?;
    match stream.read_u8().await.map_err(closed)? {
        b'S' => Ok(()),
        b'N' | b'E' => Err(ConnectErrorKind::TlsUnsupported.into()),
        _ => Err(ConnectErrorKind::Protocol.into()),
    }
}

/// Names the privilege that is missing, ready to be run.
fn grant(error: ConnectError, privilege: &str, object: &str, credentials: &PgCredentials) -> ConnectError {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    match error.kind {
        ConnectErrorKind::NoPrivilege => {
            error.with_remedy(format!("run GRANT {privilege} {} TO {}", quoted(object), quoted(&credentials.username)))
        }
        _ => error,
    }
}

/// One statement: who answers, and whether the default schema is there and open to this user.
pub(crate) async fn check(credentials: &PgCredentials, connection: &mut PgConnection, cx: &Session) -> Result<ServerInfo, ConnectError> {
    let sql = "select version(), (select has_schema_privilege(nspname, 'USAGE') from pg_catalog.pg_namespace where nspname = $1)";
    let parameters: [(&(dyn ToSql + Sync), Type); 1] = [(&credentials.schema, Type::TEXT)];
    let ask = async { connection.client.query_typed_one(sql, &parameters).await.map_err(|e| connection.reason(map(&e))) };
    let row = cx.step(Step::Database, ask).await?;
    let protocol = |_| ConnectError::from(ConnectErrorKind::Protocol);
    let (product, info) = detect(row.try_get(0).map_err(protocol)?);
    connection.product = product;
    let open = match row.try_get::<_, Option<bool>>(1).map_err(protocol)? {
        Some(true) => Ok(()),
        Some(false) => Err(grant(ConnectErrorKind::NoPrivilege.into(), "USAGE ON SCHEMA", &credentials.schema, credentials)),
        None => Err(ConnectErrorKind::SchemaNotFound.into()),
    };
    cx.step(Step::List, async { open }).await?;
    Ok(ServerInfo { ssh_host_key: connection.ssh_host_key.clone(), ..info })
}
