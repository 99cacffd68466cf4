//! Dial, TLS, authenticate, check: all of it, or no connection.

use std::sync::{Arc, OnceLock};

use egress::{BoxStream, Step};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config};

use super::channel_binding::{Established, end_point};
use super::credentials::PgCredentials;
use super::error::{map, of_login};
use super::guard::Guard;
use super::product::{Product, detect};
use crate::error::{ConnectError, ConnectErrorKind};
use crate::route::Way;
use crate::server::ServerInfo;

/// An authenticated connection. The task that drives it ends with it.
pub(super) struct PgConnection {
    pub(super) client: Client,
    pub(super) product: Product,
    /// Why the connection broke, if it did; statements only see that it is closed.
    broken: Arc<OnceLock<ConnectError>>,
    _driver: JoinSet<()>,
}

impl PgConnection {
    /// The reason behind an error that only says "closed".
    pub(super) fn reason(&self, error: ConnectError) -> ConnectError {
        reason(error, &self.broken)
    }
}

fn reason(error: ConnectError, broken: &OnceLock<ConnectError>) -> ConnectError {
    let known = (error.kind == ConnectErrorKind::Closed).then(|| broken.get().cloned()).flatten();
    known.unwrap_or(error)
}

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &PgCredentials, way: &Way) -> Result<(PgConnection, ServerInfo), ConnectError> {
    let mut stream = way.dial().await?;
    let mut tls = Established { end_point: None };
    let mut config = Config::new();
    config
        .user(&credentials.login.username)
        .password(credentials.login.password.expose_secret())
        .dbname(&credentials.database)
        .application_name("headwater")
        .ssl_mode(SslMode::Disable);
    let mut protected = false;
    if way.wants_tls() {
        let session = way.secure(request_tls(stream)).await?;
        tls.end_point = session.get_ref().1.peer_certificates().and_then(|chain| end_point(chain.first()?));
        protected = credentials.tls.verified();
        stream = Box::new(session);
        // "Direct" makes the driver skip its own request for TLS: the session it gets is there already.
        config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
    }
    let login = async { config.connect_raw(Guard::new(stream, protected), tls).await.map_err(|e| of_login(map(&e), way.wants_tls())) };
    let (client, mut connection) =
        way.step(Step::AUTHENTICATE, login).await.map_err(|e| grant(e, "CONNECT ON DATABASE", &credentials.database, credentials))?;
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
    let (product, server) = check(credentials, &client, &broken, way).await?;
    Ok((PgConnection { client, product, broken, _driver: driver }, server))
}

/// Asks for TLS: `SSLRequest`, answered with one byte (PostgreSQL documentation, "SSL Session Encryption").
async fn request_tls(mut stream: BoxStream) -> Result<BoxStream, ConnectError> {
    let closed = |_| ConnectError::from(ConnectErrorKind::Closed);
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).await.map_err(closed)?;
    stream.flush().await.map_err(closed)?;
    match stream.read_u8().await.map_err(closed)? {
        b'S' => Ok(stream),
        b'N' | b'E' => Err(ConnectErrorKind::TlsUnsupported.into()),
        _ => Err(ConnectErrorKind::Protocol.into()),
    }
}

/// Names the privilege that is missing, ready to be run.
fn grant(error: ConnectError, privilege: &str, object: &str, credentials: &PgCredentials) -> ConnectError {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    match error.kind {
        ConnectErrorKind::NoPrivilege => {
            error.with_remedy(format!("run GRANT {privilege} {} TO {}", quoted(object), quoted(&credentials.login.username)))
        }
        _ => error,
    }
}

/// One statement: who answers, and whether the default schema is there and open to this user.
async fn check(
    credentials: &PgCredentials,
    client: &Client,
    broken: &OnceLock<ConnectError>,
    way: &Way,
) -> Result<(Product, ServerInfo), ConnectError> {
    let sql = "select version(), (select has_schema_privilege(nspname, 'USAGE') from pg_catalog.pg_namespace where nspname = $1)";
    let parameters: [(&(dyn ToSql + Sync), Type); 1] = [(&credentials.schema, Type::TEXT)];
    let ask = async { client.query_typed_one(sql, &parameters).await.map_err(|e| reason(map(&e), broken)) };
    let row = way.step(Step::DATABASE, ask).await?;
    let protocol = |_| ConnectError::from(ConnectErrorKind::Protocol);
    let told = detect(row.try_get(0).map_err(protocol)?);
    let open = match row.try_get::<_, Option<bool>>(1).map_err(protocol)? {
        Some(true) => Ok(()),
        Some(false) => Err(grant(ConnectErrorKind::NoPrivilege.into(), "USAGE ON SCHEMA", &credentials.schema, credentials)),
        None => Err(ConnectErrorKind::SchemaNotFound.into()),
    };
    way.step(Step::LIST, async { open }).await?;
    Ok(told)
}
