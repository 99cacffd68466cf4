//! Dial, TLS, authenticate, check.

use std::sync::{Arc, OnceLock};

use egress::{BoxStream, Session, Target, TlsOptions, Verify, connect_tls};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config};

use super::channel_binding::{Established, end_point};
use super::credentials::PgCredentials;
use super::error::map;
use super::guard::Guard;
use super::product::{Product, detect};
use crate::connector::ServerInfo;
use crate::credentials::Toggle;
use crate::error::{ConnectError, ConnectErrorKind};

/// An authenticated connection. The task that drives it ends with it.
pub(crate) struct PgConnection {
    pub(super) client: Client,
    pub(super) product: Product,
    /// Why the connection broke, if it did; statements only see that it is closed.
    broken: Arc<OnceLock<ConnectError>>,
    _driver: JoinSet<()>,
}

impl PgConnection {
    /// The reason behind an error that only says "closed".
    pub(super) fn reason(&self, error: ConnectError) -> ConnectError {
        let known = (error.kind == ConnectErrorKind::Closed).then(|| self.broken.get().cloned()).flatten();
        known.unwrap_or(error)
    }
}

/// Connects and authenticates.
pub(crate) async fn connect(credentials: &PgCredentials, cx: &Session) -> Result<PgConnection, ConnectError> {
    if credentials.ssh_tunnel == Some(Toggle::Enable) {
        return Err(ConnectErrorKind::TunnelUnavailable.into());
    }
    let target = Target::new(credentials.host.0.clone(), credentials.port);
    let mut stream = cx.dial(&target).await?;
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
        request_tls(&mut stream).await?;
        let verify = credentials.ssl_verify.map_or(Verify::Full, Verify::from);
        let options = TlsOptions { verify, ca: credentials.ssl_ca.clone() };
        let session = connect_tls(stream, &target.host, &options, cx.deadline()).await?;
        tls.end_point = session.get_ref().1.peer_certificates().and_then(|chain| end_point(chain.first()?));
        protected = verify != Verify::None;
        stream = Box::new(session);
        // "Direct" makes the driver skip its own request for TLS: the session it gets is there already.
        config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
    }
    let (client, mut connection) = config.connect_raw(Guard::new(stream, protected), tls).await.map_err(|e| map(&e))?;
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
    Ok(PgConnection { client, product: Product::Postgres(0), broken, _driver: driver })
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

/// One statement: who answers, and whether the default schema is there and open to this user.
pub(crate) async fn check(credentials: &PgCredentials, connection: &mut PgConnection) -> Result<ServerInfo, ConnectError> {
    let sql = "select version(), (select has_schema_privilege(nspname, 'USAGE') from pg_catalog.pg_namespace where nspname = $1)";
    let row = connection.client.query_typed_one(sql, &[(&credentials.schema, Type::TEXT)]).await.map_err(|e| connection.reason(map(&e)))?;
    let protocol = |_| ConnectError::from(ConnectErrorKind::Protocol);
    let (product, info) = detect(row.try_get(0).map_err(protocol)?);
    connection.product = product;
    match row.try_get::<_, Option<bool>>(1).map_err(protocol)? {
        Some(true) => Ok(info),
        Some(false) => Err(ConnectErrorKind::NoPrivilege.into()),
        None => Err(ConnectErrorKind::SchemaNotFound.into()),
    }
}
