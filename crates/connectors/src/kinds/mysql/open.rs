//! Dial, TLS, authenticate, check: all of it, or no connection.

use egress::Step;

use super::credentials::MySqlCredentials;
use super::login::{Greeting, Login, secure};
use super::packet::Wire;
use super::product::{Product, detect};
use super::query::{query, use_database};
use super::session::pin;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::route::Way;
use crate::server::ServerInfo;

/// An authenticated connection.
pub(super) struct MySqlConnection {
    pub(super) wire: Wire,
    pub(super) product: Product,
}

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &MySqlCredentials, way: &Way) -> Result<(MySqlConnection, ServerInfo), ConnectError> {
    let mut wire = Wire::new(way.dial().await?);
    // The server speaks first: whether it takes connections at all is part of connecting.
    let greeting = way.step(Step::CONNECT, Greeting::read(&mut wire)).await?;
    let tls = way.wants_tls();
    if tls {
        wire = secure(wire, &greeting, way).await?;
    }
    let (username, password) = (&credentials.login.username, &credentials.login.password);
    let login = Login { username, password, tls, verified: credentials.tls.verified() };
    way.step(Step::AUTHENTICATE, login.run(&mut wire, &greeting)).await.map_err(|e| of_login(e, way))?;
    let (product, server) = check(credentials, &mut wire, way).await?;
    Ok((MySqlConnection { wire, product }, server))
}

/// A server says the same of a wrong password and of a certificate that it misses.
fn of_login(error: ConnectError, way: &Way) -> ConnectError {
    if error.kind == ConnectErrorKind::Rejected && way.wants_tls() && !way.shows_certificate() {
        return error
            .or_remedy("check username and password; an account that requires a certificate (REQUIRE X509) needs sslCert and sslKey");
    }
    error
}

/// The settings, and four statements: the database is there, who answers, and whether the catalog can be listed.
async fn check(credentials: &MySqlCredentials, wire: &mut Wire, way: &Way) -> Result<(Product, ServerInfo), ConnectError> {
    let database = async {
        pin(wire).await?;
        use_database(wire, &credentials.database).await?;
        detect(wire).await
    };
    let told = way.step(Step::DATABASE, database).await.map_err(|e| grant(e, credentials))?;
    let list = async {
        let sql = "select table_name from information_schema.tables where table_schema = database() limit 1";
        let mut rows = query(wire, sql).await?;
        while rows.next().await?.is_some() {}
        Ok(())
    };
    way.step(Step::LIST, list).await.map_err(|e| grant(e, credentials))?;
    Ok(told)
}

/// Names the privilege that is missing. Who is denied a database cannot be told whether it exists; and `'user'@'%'` need not be
/// the account, so no statement is given that would make one.
fn grant(error: ConnectError, credentials: &MySqlCredentials) -> ConnectError {
    match error.kind {
        ConnectErrorKind::NoPrivilege => {
            // In a grant `_` and `%` stand for any characters.
            let database = credentials.database.replace('`', "``").replace('_', "\\_").replace('%', "\\%");
            error.with_remedy(format!("check database; if it exists, GRANT SELECT, SHOW VIEW ON `{database}`.* to the user's account"))
        }
        _ => error,
    }
}
