//! Dial, TLS, authenticate, check.

use egress::{Session, Step, Target};

use super::credentials::MySqlCredentials;
use super::login::{Greeting, Login, secure};
use super::packet::Wire;
use super::product::{Product, detect};
use super::query::{query, settle, use_database};
use crate::connector::ServerInfo;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::reach::{self, Reach, reach};

/// An authenticated connection.
pub(crate) struct MySqlConnection {
    pub(super) wire: Wire,
    pub(super) product: Product,
    ssh_host_key: Option<String>,
}

/// The steps that a job takes.
pub(crate) fn steps(credentials: &MySqlCredentials) -> Vec<Step> {
    reach::steps(&credentials.host.0, &credentials.ssh, credentials.ssl_mode == Some(true))
}

/// Connects and authenticates.
pub(crate) async fn connect(credentials: &MySqlCredentials, cx: &Session) -> Result<MySqlConnection, ConnectError> {
    let target = Target::new(credentials.host.0.clone(), credentials.port);
    let Reach { session, ssh_host_key } = reach(&credentials.ssh, cx).await?;
    let mut wire = Wire::new(session.dial(&target).await?);
    let tls = credentials.ssl_mode == Some(true);
    // The server speaks first: whether it takes connections at all is part of connecting.
    let greeting = cx.step(Step::Connect, Greeting::read(&mut wire)).await?;
    if tls {
        wire = secure(wire, &greeting, &target, &credentials.trust.options(Some(&credentials.identity)), cx).await?;
    }
    let login = Login { username: &credentials.username, password: &credentials.password, tls, verified: credentials.trust.verified() };
    cx.step(Step::Authenticate, login.run(&mut wire, &greeting)).await?;
    Ok(MySqlConnection { wire, product: Product::MySql(0), ssh_host_key })
}

/// Four statements: the database is there, who answers, and whether the catalog can be listed.
pub(crate) async fn check(
    credentials: &MySqlCredentials,
    connection: &mut MySqlConnection,
    cx: &Session,
) -> Result<ServerInfo, ConnectError> {
    let wire = &mut connection.wire;
    let database = async {
        // A server may be set to ignore what the login asked for, and would then garble names without a word.
        settle(wire, "set names utf8mb4").await?;
        use_database(wire, &credentials.database).await?;
        detect(wire).await
    };
    let (product, info) = cx.step(Step::Database, database).await.map_err(|e| grant(e, credentials))?;
    let list = async {
        let sql = "select table_name from information_schema.tables where table_schema = database() limit 1";
        let mut rows = query(&mut connection.wire, sql).await?;
        while rows.next().await?.is_some() {}
        Ok(())
    };
    cx.step(Step::List, list).await.map_err(|e| grant(e, credentials))?;
    connection.product = product;
    Ok(ServerInfo { ssh_host_key: connection.ssh_host_key.clone(), ..info })
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
