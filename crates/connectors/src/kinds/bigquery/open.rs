//! A token, the datasets, a list of tables: all of it, or no connection.

use egress::{Host, Step, Target};

use super::api::{Api, Dataset, Datasets};
use super::connection::BigQueryConnection;
use super::credentials::BigQueryCredentials;
use super::introspect::Tables;
use super::token::{key, token};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::encoded;
use crate::route::{Route, Way};
use crate::server::ServerInfo;

/// The API. No credential says where it is; the operator may have it elsewhere.
const API: &str = "bigquery.googleapis.com";

/// Where tokens come from.
const TOKENS: &str = "oauth2.googleapis.com";

/// Requests at once.
const CLIENTS: usize = 8;

/// Requests of a job: each table takes one.
const REQUESTS: usize = 100_000;

/// Bytes of what datasets are called, with a hundred for each: some tens of thousands of them.
const NAMES: usize = 8 << 20;

/// Datasets of a project that are listed in vain before the test gives up.
const TRIED: usize = 20;

fn host(name: &str) -> Host {
    Host::Name(name.to_owned())
}

/// Where all credentials lead.
pub(super) fn route(credentials: &BigQueryCredentials) -> Route {
    Route { target: Target::new(host(API), 443), tls: Some(credentials.trust.options(None)), tunnel: None }
}

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &BigQueryCredentials, way: &Way) -> Result<(BigQueryConnection, ServerInfo), ConnectError> {
    let account = &credentials.credentials_json;
    let key = key(account)?;
    let api = || way.http_of(&host(API)).at_most(REQUESTS);
    let mut first = api();
    first.connect().await?;
    let mut tokens = way.http_of(&host(TOKENS)).repeatable();
    let bearer = way.step(Step::AUTHENTICATE, token(&mut tokens, account, &key, way.limit(&Step::AUTHENTICATE))).await?;
    let until = way.limit(&Step::DATABASE);
    let mut apis = vec![Api::new(first, bearer.clone(), until)];
    apis.extend((1..CLIENTS).map(|_| Api::new(api(), bearer.clone(), until)));
    let project = format!("projects/{}", encoded(credentials.project_id.trim()));
    let datasets = way.step(Step::DATABASE, datasets(&mut apis[0], &project, credentials)).await?;
    let only = credentials.dataset_id.is_some();
    apis[0].patient(way.limit(&Step::LIST));
    let list = list(&mut apis[0], &project, &datasets);
    way.step(Step::LIST, list).await?;
    Ok((BigQueryConnection { apis, project, datasets, only }, ServerInfo::new("BigQuery", String::new())))
}

/// A location in its vendor's grammar; nothing else of it is shown.
fn shown(location: &str) -> String {
    location.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(32).collect()
}

/// The datasets to read: the one that is named, or those of the location.
async fn datasets(api: &mut Api, project: &str, credentials: &BigQueryCredentials) -> Result<Vec<String>, ConnectError> {
    let wanted = credentials.dataset_location.trim();
    if let Some(name) = &credentials.dataset_id {
        let found =
            api.get::<Dataset>(&format!("{project}/datasets/{}", encoded(name.trim()))).await.map_err(|error| match error.kind {
                K::SchemaNotFound => error.with_field("datasetId").with_remedy("check projectId and datasetId".to_owned()),
                _ => of_project(error),
            })?;
        let location = found.location.clone().unwrap_or_default();
        if !location.eq_ignore_ascii_case(wanted) {
            return Err(elsewhere(&[shown(&location)], wanted));
        }
        return Ok(vec![found.id()]);
    }
    let (mut all, mut bytes) = (Vec::new(), 0);
    let path = format!("{project}/datasets");
    let listed = api.list::<Datasets>(&path, |dataset| {
        all.push((dataset.location.clone(), dataset.id()));
        bytes += all.last().map_or(0, |(location, name)| 100 + name.len() + location.as_ref().map_or(0, String::len));
        bytes <= NAMES
    });
    listed.await.map_err(|error| match error.kind {
        K::SchemaNotFound => no_project(&error),
        _ => of_project(error),
    })?;
    if bytes > NAMES {
        return Err(K::TooMuch.into());
    }
    let (mut here, mut others) = (Vec::new(), Vec::new());
    for (location, name) in all {
        // Not every list says it.
        let location = match location {
            Some(location) => location,
            None => api.get::<Dataset>(&format!("{project}/datasets/{}", encoded(&name))).await?.location.unwrap_or_default(),
        };
        if location.eq_ignore_ascii_case(wanted) {
            here.push(name);
        } else if !others.contains(&shown(&location)) {
            others.push(shown(&location));
        }
    }
    if here.is_empty() && !others.is_empty() {
        others.sort();
        others.truncate(5);
        return Err(elsewhere(&others, wanted));
    }
    here.sort();
    Ok(here)
}

fn of_project(error: ConnectError) -> ConnectError {
    match (error.kind, error.server_code.as_deref()) {
        (K::NoPrivilege, _) => error.with_field("projectId"),
        // What was sent is the project, and nothing else.
        (K::Server, Some("invalid" | "badRequest" | "invalidProjectId")) => no_project(&error),
        _ => error,
    }
}

fn no_project(error: &ConnectError) -> ConnectError {
    let code = error.server_code.as_deref().unwrap_or_default();
    ConnectError::with_code(K::DatabaseNotFound, code).with_field("projectId").with_remedy("check projectId".to_owned())
}

fn elsewhere(locations: &[String], wanted: &str) -> ConnectError {
    let there = locations.join(", ");
    ConnectError::from(K::WrongLocation)
        .with_remedy(format!("the data is in {there}, and datasetLocation says {}: set it to where the data is", shown(wanted)))
}

/// That tables can be listed: of the dataset that is named, or of one that may be.
async fn list(api: &mut Api, project: &str, datasets: &[String]) -> Result<(), ConnectError> {
    let mut denied = None;
    for dataset in datasets.iter().take(TRIED) {
        let path = format!("{project}/datasets/{}/tables", encoded(dataset));
        match api.list::<Tables>(&path, |_| false).await {
            Err(error) if error.kind == K::NoPrivilege => denied = Some(error.with_field("credentialsJson")),
            other => return other,
        }
    }
    denied.map_or(Ok(()), Err)
}
