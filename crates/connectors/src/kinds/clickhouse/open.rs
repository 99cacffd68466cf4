//! Connect, authenticate, check: all of it, or no connection.

use egress::{HttpClient, Step};
use http::HeaderMap;
use serde::Deserialize;

use super::credentials::ClickHouseCredentials;
use super::query::{headers, query};
use super::system_tables::SystemTables;
use crate::credentials::WebHost;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::route::Way;
use crate::server::{ServerInfo, major, version_number};

/// A client whose credentials were accepted.
pub(super) struct ClickHouseConnection {
    pub(super) client: HttpClient,
    pub(super) headers: HeaderMap,
    pub(super) database: Option<String>,
    pub(super) tables: SystemTables,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &ClickHouseCredentials, way: &Way) -> Result<(ClickHouseConnection, ServerInfo), ConnectError> {
    // Every statement of ours reads, so that a second one does no harm.
    let mut client = way.http().repeatable();
    client.connect().await?;
    let headers = headers(&credentials.username, &credentials.password)?;
    // Without a database: if that one is missing, it is another step that fails.
    let login = async {
        let mut rows = query(&mut client, &headers, None, "select version() as version").await?;
        let row: Version = rows.next().await?.ok_or(ConnectErrorKind::Protocol)?;
        while rows.next::<Version>().await?.is_some() {}
        Ok::<_, ConnectError>(row.version)
    };
    let version = way.step(Step::AUTHENTICATE, login).await.map_err(|error| match error.kind {
        ConnectErrorKind::Protocol | ConnectErrorKind::Closed if !way.wants_tls() => error.with_remedy(WebHost::MAYBE_TLS.to_owned()),
        ConnectErrorKind::TimedOut => error.with_remedy(
            "check host, port and firewalls between; an idle service of ClickHouse Cloud takes up to a minute to wake: try again"
                .to_owned(),
        ),
        _ => error,
    })?;
    let database = credentials.database.clone();
    let version = version_number(&version);
    let tables = check(credentials, &mut client, &headers, major(&version), way).await?;
    let server = ServerInfo::new("ClickHouse", version);
    Ok((ClickHouseConnection { client, headers, database, tables }, server))
}

/// Three statements: the database is there (if one was given), the user may see it, and the catalog can be listed.
async fn check(
    credentials: &ClickHouseCredentials,
    client: &mut HttpClient,
    headers: &HeaderMap,
    major: u32,
    way: &Way,
) -> Result<SystemTables, ConnectError> {
    let database = credentials.database.as_deref();
    let there = async {
        // The user's own database has been used to log in.
        if let Some(name) = database {
            let mut rows = query(client, headers, Some(name), "select version() as version").await?;
            while rows.next::<Version>().await?.is_some() {}
        }
        Ok(())
    };
    way.step(Step::DATABASE, there).await.map_err(|e| grant(e, credentials))?;
    way.step(Step::LIST, SystemTables::ask(client, headers, database, major)).await.map_err(|e| grant(e, credentials))
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
