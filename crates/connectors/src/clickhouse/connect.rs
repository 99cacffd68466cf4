//! Connect, authenticate, check.

use egress::{HttpClient, Origin, Session, Step, Target};
use http::HeaderMap;
use serde::Deserialize;

use super::credentials::ClickHouseCredentials;
use super::introspect::Catalog;
use super::query::{headers, query};
use crate::connector::{ServerInfo, version_number};
use crate::credentials::WebHost;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::reach::{self, Reach, reach};

/// A client whose credentials were accepted.
pub(crate) struct ClickHouseConnection {
    pub(super) client: HttpClient,
    pub(super) headers: HeaderMap,
    pub(super) database: Option<String>,
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
    let version = cx.step(Step::Authenticate, login).await.map_err(|error| match error.kind {
        ConnectErrorKind::Protocol | ConnectErrorKind::Closed if !credentials.tls() => error.with_remedy(WebHost::MAYBE_TLS.to_owned()),
        ConnectErrorKind::TimedOut => error.with_remedy(
            "check host, port and firewalls between; an idle service of ClickHouse Cloud takes up to a minute to wake: try again"
                .to_owned(),
        ),
        _ => error,
    })?;
    let version = version_number(&version);
    let database = credentials.database.clone();
    Ok(ClickHouseConnection { client, headers, database, catalog: Catalog::default(), version, ssh_host_key })
}

/// Three statements: the database is there (if one was given), the user may see it, and the catalog can be listed.
pub(crate) async fn check(
    credentials: &ClickHouseCredentials,
    connection: &mut ClickHouseConnection,
    cx: &Session,
) -> Result<ServerInfo, ConnectError> {
    let ClickHouseConnection { client, headers, database, .. } = &mut *connection;
    let there = async {
        // The user's own database has been used to log in.
        if let Some(name) = database {
            let mut rows = query(client, headers, Some(name), "select version() as version").await?;
            while rows.next::<Version>().await?.is_some() {}
        }
        Ok(())
    };
    cx.step(Step::Database, there).await.map_err(|e| grant(e, credentials))?;
    let list = Catalog::ask(client, headers, database.as_deref());
    connection.catalog = cx.step(Step::List, list).await.map_err(|e| grant(e, credentials))?;
    Ok(ServerInfo { product: "ClickHouse".to_owned(), version: connection.version.clone(), ssh_host_key: connection.ssh_host_key.clone() })
}

/// Names the privilege that is missing, ready to be run.
fn grant(error: ConnectError, credentials: &ClickHouseCredentials) -> ConnectError {
    let quoted = |name: &str| format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"));
    match (error.kind, error.server_code.as_deref(), &credentials.database) {
        // Servers of 2018 have no GRANT.
        (ConnectErrorKind::NoPrivilege, Some("291"), _) => error,
        (ConnectErrorKind::NoPrivilege, _, database) => error.with_remedy(format!(
            "run GRANT SHOW TABLES, SHOW COLUMNS, SELECT ON {}.* TO {}",
            database.as_deref().map_or_else(|| "*".to_owned(), quoted),
            quoted(&credentials.username)
        )),
        _ => error,
    }
}
