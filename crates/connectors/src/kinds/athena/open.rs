//! Connect, authenticate, check: all of it, or no connection.

use aws_sdk_athena::Client;
use aws_sdk_athena::config::retry::RetryConfig;
use aws_sdk_athena::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use aws_sdk_athena::types::{WorkGroup, WorkGroupState};
use egress::{AwsHttp, Step};
use secrecy::ExposeSecret;

use super::connection::AthenaConnection;
use super::credentials::AthenaCredentials;
use super::error::{is_refused, of_call};
use super::statement::select_one;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::rest::aws::{code, patient};
use crate::route::Way;
use crate::server::{ServerInfo, version_number};

/// The workgroup is there and enabled.
pub(super) const WORK_GROUP: Step = Step::new("workgroup");

/// A statement runs, and its result can be written.
pub(super) const QUERY: Step = Step::new("query");

/// Bytes of one answer: fifty tables of many columns.
const ANSWER: usize = 32 << 20;

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &AthenaCredentials, way: &Way) -> Result<(AthenaConnection, ServerInfo), ConnectError> {
    // What Athena does for us it does once: it is given a token for each statement.
    let http = way.aws(ANSWER).repeatable();
    Box::pin(http.connect()).await?;
    let client = client(credentials, &http);
    let group = way.step(Step::AUTHENTICATE, authenticate(&client, credentials)).await?;
    way.step(WORK_GROUP, async { usable(group.as_ref()) }).await?;
    let connection =
        AthenaConnection { client, http, catalog: credentials.catalog(), database: credentials.database.trim().to_lowercase() };
    way.step(Step::DATABASE, database(&connection)).await?;
    way.step(Step::LIST, list(&connection)).await?;
    way.step(QUERY, select_one(&connection, credentials)).await?;
    let engine = group.as_ref().and_then(|group| group.configuration()?.engine_version()?.effective_engine_version());
    // "Athena engine version 3"
    let version = version_number(engine.and_then(|text| text.split(' ').next_back()).unwrap_or_default());
    Ok((connection, ServerInfo::new("Amazon Athena", version)))
}

/// Nothing but what is given: no look at the environment, at files or at the machine's own role.
fn client(credentials: &AthenaCredentials, http: &AwsHttp) -> Client {
    let keys = Credentials::new(
        credentials.access_key_id.0.as_str(),
        credentials.secret_access_key.expose_secret().trim(),
        None,
        None,
        "datasource",
    );
    let config = aws_sdk_athena::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(credentials.region.0.clone()))
        .credentials_provider(keys)
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .endpoint_url(credentials.endpoint().0.to_string())
        .http_client(http.clone())
        .build();
    Client::from_conf(config)
}

/// Asks for the workgroup: who is let in may still not see it, and then nothing is known of it.
async fn authenticate(client: &Client, credentials: &AthenaCredentials) -> Result<Option<WorkGroup>, ConnectError> {
    let name = credentials.work_group();
    match patient(|| client.get_work_group().work_group(&name).send()).await {
        Ok(answer) => Ok(answer.work_group),
        Err(error) if is_refused(&error) => Err(ConnectError::from(ConnectErrorKind::WorkGroupUnusable).at(WORK_GROUP)),
        Err(error) if code(&error) == "AccessDeniedException" => Ok(None),
        Err(error) => Err(of_call("athena:GetWorkGroup", &error)),
    }
}

fn usable(group: Option<&WorkGroup>) -> Result<(), ConnectError> {
    match group.and_then(WorkGroup::state) {
        Some(WorkGroupState::Disabled) => Err(ConnectError::from(ConnectErrorKind::WorkGroupUnusable)
            .with_remedy("enable the workgroup, or name another as workGroup".to_owned())),
        _ => Ok(()),
    }
}

/// The database is there; else it is found out whether it or its catalog is missing.
async fn database(connection: &AthenaConnection) -> Result<(), ConnectError> {
    let AthenaConnection { client, catalog, database, .. } = connection;
    let error = match patient(|| client.get_database().catalog_name(catalog).database_name(database).send()).await {
        Ok(answer) => {
            let named = answer.database.is_some_and(|found| found.name.eq_ignore_ascii_case(database));
            return if named { Ok(()) } else { Err(ConnectErrorKind::DatabaseNotFound.into()) };
        }
        Err(error) if is_refused(&error) => of_call("glue:GetDatabase", &error),
        Err(error) => return Err(of_call("athena:GetDatabase and glue:GetDatabase", &error)),
    };
    let mut next = None;
    loop {
        let page = patient(|| client.list_databases().catalog_name(catalog).set_next_token(next.clone()).send()).await;
        let page = match page {
            Ok(page) => page,
            Err(refused) if is_refused(&refused) => {
                return Err(ConnectError::from(ConnectErrorKind::DatabaseNotFound)
                    .with_field("datasourceId")
                    .with_remedy("check datasourceId: it is the name of a data catalog, as a rule AwsDataCatalog".to_owned()));
            }
            Err(error) => return Err(of_call("athena:ListDatabases and glue:GetDatabases", &error)),
        };
        if page.database_list().iter().any(|found| found.name.eq_ignore_ascii_case(database)) {
            return Err(error);
        }
        // The same page for ever is the end too.
        if page.next_token.is_none() || page.next_token == next {
            return Err(ConnectErrorKind::DatabaseNotFound.into());
        }
        next = page.next_token;
    }
}

async fn list(connection: &AthenaConnection) -> Result<(), ConnectError> {
    let AthenaConnection { client, catalog, database, .. } = connection;
    let sent = patient(|| client.list_table_metadata().catalog_name(catalog).database_name(database).max_results(1).send()).await;
    sent.map(drop).map_err(|error| of_call("athena:ListTableMetadata and glue:GetTables", &error))
}
