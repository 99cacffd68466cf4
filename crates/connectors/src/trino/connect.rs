//! Connect, authenticate, check.

use bytes::Bytes;
use egress::{HttpClient, Origin, Session, Step, Target};
use http::{HeaderMap, Method};
use serde_json::Value;

use super::credentials::TrinoCredentials;
use super::statement::{Caller, Statement};
use crate::connector::ServerInfo;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::reach::{self, Reach, reach};

/// Bytes of what a server says about itself.
const INFO_BYTES: usize = 64 << 10;

/// A client whose credentials were accepted.
pub(crate) struct TrinoConnection {
    pub(super) client: HttpClient,
    pub(super) caller: Caller,
    pub(super) catalog: String,
    pub(super) schema: String,
    version: String,
    ssh_host_key: Option<String>,
}

/// The steps that a job takes.
pub(crate) fn steps(credentials: &TrinoCredentials) -> Vec<Step> {
    reach::steps(&credentials.host.host, &credentials.ssh, credentials.tls())
}

/// Connects and authenticates.
pub(crate) async fn connect(credentials: &TrinoCredentials, cx: &Session) -> Result<TrinoConnection, ConnectError> {
    let (tls, password) = (credentials.tls(), credentials.has_password());
    let Reach { session, ssh_host_key } = reach(&credentials.ssh, cx).await?;
    let origin = Origin { https: tls, target: Target::new(credentials.host.host.clone(), credentials.port) };
    let mut client = HttpClient::new(session, origin, credentials.trust.options(Some(&credentials.identity)));
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
    let (caller, version) = cx.step(Step::Authenticate, login).await?;
    let catalog = credentials.catalog.0.clone();
    Ok(TrinoConnection { client, caller, catalog, schema: credentials.schema.to_lowercase(), version, ssh_host_key })
}

/// What the server says of itself, to anybody: its version, and whether it is still starting.
async fn version(client: &mut HttpClient) -> Result<String, ConnectError> {
    let info = client.send(Method::GET, "/v1/info", HeaderMap::new(), Bytes::new(), INFO_BYTES).await?;
    let info: Value = serde_json::from_slice(&info.body).unwrap_or_default();
    if info["starting"] == true {
        return Err(ConnectErrorKind::NotReady.into());
    }
    let version = info["nodeVersion"]["version"].as_str().unwrap_or_default();
    Ok(version.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).take(32).collect())
}

/// One statement: the catalog is there, and the schema in it.
pub(crate) async fn check(
    credentials: &TrinoCredentials,
    connection: &mut TrinoConnection,
    cx: &Session,
) -> Result<ServerInfo, ConnectError> {
    connection.caller = connection.caller.in_catalog(&connection.catalog)?;
    let TrinoConnection { client, caller, schema, .. } = &mut *connection;
    let sql = format!("select schema_name from information_schema.schemata where schema_name = {}", quoted(schema));
    let ask = async {
        let mut statement = Statement::run(client, caller, &sql).await?;
        let mut found = false;
        while let Some(row) = statement.next().await? {
            found |= row.text(0).eq_ignore_ascii_case(schema);
        }
        Ok::<_, ConnectError>(found)
    };
    let found = cx.step(Step::Database, ask).await.map_err(|e| grant(e, credentials))?;
    let list = async { if found { Ok(()) } else { Err(ConnectError::from(ConnectErrorKind::SchemaNotFound)) } };
    cx.step(Step::List, list).await?;
    Ok(ServerInfo { product: "Trino".to_owned(), version: connection.version.clone(), ssh_host_key: connection.ssh_host_key.clone() })
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
