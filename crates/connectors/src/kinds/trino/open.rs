//! Connect, authenticate, check: all of it, or no connection.

use bytes::Bytes;
use egress::{HttpClient, HttpError, Step};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::credentials::TrinoCredentials;
use super::statement::{Caller, Statement};
use crate::credentials::WebHost;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::route::Way;
use crate::server::ServerInfo;

/// Bytes of what a server says about itself.
const INFO_BYTES: usize = 64 << 10;

/// A client whose credentials were accepted.
pub(super) struct TrinoConnection {
    pub(super) client: HttpClient,
    pub(super) caller: Caller,
    pub(super) catalog: String,
    pub(super) schema: String,
}

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &TrinoCredentials, way: &Way) -> Result<(TrinoConnection, ServerInfo), ConnectError> {
    let (tls, password) = (way.wants_tls(), credentials.has_password());
    // Every statement of ours reads, so that a second one does no harm.
    let mut client = way.http().repeatable();
    client.connect().await.map_err(|error| {
        let error = ConnectError::from(error);
        match error.kind {
            ConnectErrorKind::TlsFailed if password => error
                .with_remedy("check that the port speaks TLS 1.2 or later; for a server without TLS leave the password empty".to_owned()),
            _ => error,
        }
    })?;
    let login = async {
        if password && !tls {
            return Err(ConnectError::from(ConnectErrorKind::PasswordExposed)
                .with_remedy("set sslMode to true (or the host to https://…), or leave the password empty".to_owned()));
        }
        let version = version(&mut client).await?;
        let caller = Caller::new(&credentials.username, password.then_some(&credentials.password), tls)?;
        // Without a catalog: if that one is missing, it is another step that fails.
        let mut statement = Statement::run(&mut client, &caller, "select 1").await?;
        while statement.next().await?.is_some() {}
        drop(statement);
        Ok((caller, version))
    };
    let (caller, version) = way.step(Step::AUTHENTICATE, login).await.map_err(|error| match error.kind {
        ConnectErrorKind::Closed if !tls => error.with_remedy(WebHost::MAYBE_TLS.to_owned()),
        _ => error,
    })?;
    // The server compares names in lower case, and refuses others.
    let (catalog, schema) = (credentials.catalog.0.trim().to_lowercase(), credentials.schema.to_lowercase());
    let mut connection = TrinoConnection { client, caller: caller.in_catalog(&catalog)?, catalog, schema };
    check(credentials, &mut connection, way).await?;
    Ok((connection, ServerInfo::new("Trino", version)))
}

/// What the server says of itself, to anybody: its version, and whether it is still starting. Where it says nothing, login goes on.
async fn version(client: &mut HttpClient) -> Result<String, ConnectError> {
    let body = match client.send(Method::GET, "/v1/info", HeaderMap::new(), Bytes::new(), INFO_BYTES).await {
        Ok(answer) if answer.status == StatusCode::OK => answer.body,
        Ok(_) | Err(HttpError::Redirect | HttpError::TooLarge) => return Ok(String::new()),
        Err(error) => return Err(error.into()),
    };
    let info: Value = serde_json::from_slice(&body).unwrap_or_default();
    if info["starting"] == true {
        return Err(ConnectErrorKind::NotReady.into());
    }
    let version: String = info["nodeVersion"]["version"].as_str().unwrap_or_default().chars().take(32).collect();
    let version: String = version.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    // Before, and in Presto until today, the headers had another name.
    let major = version.split(['.', '-']).next().and_then(|n| n.parse::<u32>().ok());
    if major.is_some_and(|n| n < 351) {
        return Err(ConnectError::from(ConnectErrorKind::Protocol).with_remedy("Trino 351 or later is needed".to_owned()));
    }
    Ok(version)
}

/// Two statements: the catalog is there and the schema in it, and its tables can be listed.
async fn check(credentials: &TrinoCredentials, connection: &mut TrinoConnection, way: &Way) -> Result<(), ConnectError> {
    let TrinoConnection { client, caller, schema, .. } = connection;
    let sql = format!("select schema_name from information_schema.schemata where schema_name = {}", quoted(schema));
    let ask = async {
        let mut statement = Statement::run(client, caller, &sql).await?;
        let mut found = false;
        while let Some(row) = statement.next().await? {
            found |= row.text(0).eq_ignore_ascii_case(schema);
        }
        Ok::<_, ConnectError>(found)
    };
    let found = way.step(Step::DATABASE, ask).await.map_err(|e| grant(e, credentials))?;
    let sql = format!("select table_name from information_schema.tables where table_schema = {} limit 1", quoted(schema));
    let list = async {
        if !found {
            return Err(ConnectError::from(ConnectErrorKind::SchemaNotFound));
        }
        let mut statement = Statement::run(client, caller, &sql).await?;
        while statement.next().await?.is_some() {}
        Ok(())
    };
    way.step(Step::LIST, list).await.map_err(|e| grant(e, credentials))
}

/// A text in SQL.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Trino's rules are files of the operator's as often as grants.
fn grant(error: ConnectError, credentials: &TrinoCredentials) -> ConnectError {
    match error.kind {
        ConnectErrorKind::NoPrivilege => {
            let name = credentials.catalog.0.replace('"', "\"\"");
            error.with_remedy(format!("let the server's access control show the catalog \"{name}\" to the user"))
        }
        _ => error,
    }
}
