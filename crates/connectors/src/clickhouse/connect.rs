//! Connect, authenticate, check.

use egress::{HttpClient, Origin, Session, Step, Target};
use http::HeaderMap;
use serde::Deserialize;

use super::credentials::ClickHouseCredentials;
use super::introspect::Catalog;
use super::query::{headers, query};
use crate::connector::ServerInfo;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::reach::{self, Reach, reach};

/// A client whose credentials were accepted.
pub(crate) struct ClickHouseConnection {
    pub(super) client: HttpClient,
    pub(super) headers: HeaderMap,
    pub(super) database: String,
    /// What the system tables of this version have; known once the check has passed.
    pub(super) catalog: Catalog,
    version: String,
    ssh_host_key: Option<String>,
}

/// The steps that a job takes.
pub(crate) fn steps(credentials: &ClickHouseCredentials) -> Vec<Step> {
    reach::steps(&credentials.host.host, &credentials.ssh, credentials.tls())
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

/// Connects and authenticates.
pub(crate) async fn connect(credentials: &ClickHouseCredentials, cx: &Session) -> Result<ClickHouseConnection, ConnectError> {
    let Reach { session, ssh_host_key } = reach(&credentials.ssh, cx).await?;
    let origin = Origin { https: credentials.tls(), target: Target::new(credentials.host.host.clone(), credentials.port) };
    let mut client = HttpClient::new(session, origin, credentials.trust.options(Some(&credentials.identity)));
    client.connect().await?;
    let headers = headers(&credentials.username, &credentials.password)?;
    // Without a database: if that one is missing, it is another step that fails.
    let login = async {
        let mut rows = query(&mut client, &headers, None, "select version() as version").await?;
        let row: Version = rows.next().await?.ok_or(ConnectErrorKind::Protocol)?;
        while rows.next::<Version>().await?.is_some() {}
        Ok::<_, ConnectError>(row.version)
    };
    let version = cx.step(Step::Authenticate, login).await?;
    let version = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(32).collect();
    let database = credentials.database().to_owned();
    Ok(ClickHouseConnection { client, headers, database, catalog: Catalog::default(), version, ssh_host_key })
}

/// Two statements: the database is there, and the catalog can be listed.
pub(crate) async fn check(
    credentials: &ClickHouseCredentials,
    connection: &mut ClickHouseConnection,
    cx: &Session,
) -> Result<ServerInfo, ConnectError> {
    let ClickHouseConnection { client, headers, database, .. } = &mut *connection;
    let there = async {
        let mut rows = query(client, headers, Some(database), "select version() as version").await?;
        while rows.next::<Version>().await?.is_some() {}
        Ok(())
    };
    cx.step(Step::Database, there).await.map_err(|e| grant(e, credentials))?;
    let list = Catalog::ask(client, headers, database);
    connection.catalog = cx.step(Step::List, list).await.map_err(|e| grant(e, credentials))?;
    Ok(ServerInfo { product: "ClickHouse".to_owned(), version: connection.version.clone(), ssh_host_key: connection.ssh_host_key.clone() })
}

/// Names the privilege that is missing, ready to be run.
fn grant(error: ConnectError, credentials: &ClickHouseCredentials) -> ConnectError {
    let quoted = |name: &str| format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"));
    match error.kind {
        ConnectErrorKind::NoPrivilege => error.with_remedy(format!(
            "run GRANT SHOW TABLES, SHOW COLUMNS, SELECT ON {}.* TO {}",
            quoted(credentials.database()),
            quoted(&credentials.username)
        )),
        _ => error,
    }
}
