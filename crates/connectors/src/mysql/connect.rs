//! Dial, TLS, authenticate, check.

use egress::{Session, Step, Target};

use super::credentials::MySqlCredentials;
use super::login::{Greeting, Login, secure};
use super::packet::Wire;
use super::product::{Product, detect};
use super::query::{query, use_database};
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
    let greeting = cx.step(if tls { Step::Tls } else { Step::Authenticate }, Greeting::read(&mut wire)).await?;
    if tls {
        wire = secure(wire, &greeting, &target, &credentials.trust.options(Some(&credentials.identity)), cx).await?;
    }
    let login = Login { username: &credentials.username, password: &credentials.password, tls, verified: credentials.trust.verified() };
    cx.step(Step::Authenticate, login.run(&mut wire, &greeting)).await?;
    Ok(MySqlConnection { wire, product: Product::default(), ssh_host_key })
}

/// Three statements: the database is there, who answers, and whether the catalog can be listed.
pub(crate) async fn check(
    credentials: &MySqlCredentials,
    connection: &mut MySqlConnection,
    cx: &Session,
) -> Result<ServerInfo, ConnectError> {
    let wire = &mut connection.wire;
    let database = async {
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

/// Names the privilege that is missing, ready to be run.
fn grant(error: ConnectError, credentials: &MySqlCredentials) -> ConnectError {
    match error.kind {
        ConnectErrorKind::NoPrivilege => {
            let database = credentials.database.replace('`', "``");
            let user = credentials.username.replace('\'', "''");
            error.with_remedy(format!("run GRANT SELECT, SHOW VIEW ON `{database}`.* TO '{user}'@'%'"))
        }
        _ => error,
    }
}
