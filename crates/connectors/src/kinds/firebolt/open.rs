//! A token, the account's endpoint, the database, the engine: each told apart by what fails.

use bytes::Bytes;
use egress::{HttpClient, Step};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::credentials::FireboltCredentials;
use super::endpoint::{Endpoint, trusted};
use super::error::{is_refusal, of_account, of_token};
use super::query::{Engine, name, text};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::{bearer, encoded};
use crate::route::Way;
use crate::server::ServerInfo;

/// The vendor knows the account.
pub(super) const ACCOUNT: Step = Step::new("account");
/// The engine is there and runs.
pub(super) const ENGINE: Step = Step::new("engine");

/// Bytes of an answer that is no result.
const ANSWER_BYTES: usize = 64 << 10;

/// An engine that runs, in a database.
pub(super) struct FireboltConnection {
    pub(super) engine: Engine,
    pub(super) schema: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    access_token: SecretString,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    engine_url: String,
}

/// Connects, logs in and checks.
pub(super) async fn open(credentials: &FireboltCredentials, way: &Way) -> Result<(FireboltConnection, ServerInfo), ConnectError> {
    let api = way.to(credentials.api());
    trusted(way)?;
    trusted(&api)?;
    let mut client = way.http();
    client.connect().await?;
    let token = way.step(Step::AUTHENTICATE, token(&mut client, credentials)).await?;
    let token = token.expose_secret();
    let system = async {
        let endpoint = endpoint(&mut api.http(), token, &credentials.account).await?;
        Engine::at(way, token, endpoint)
    };
    let mut system = way.step(ACCOUNT, system).await?;
    let database = async {
        system.run(&format!("USE DATABASE {}", name(&credentials.database))).await.map_err(|error| match error {
            error if is_refusal(&error) => error
                .of_kind(K::DatabaseNotFound)
                .with_field("database")
                .with_remedy("check database, and that USAGE on it is granted to the service account's user".to_owned()),
            error => error,
        })
    };
    way.step(Step::DATABASE, database).await?;
    system.set("database", &credentials.database);
    let mut engine = way.step(ENGINE, use_engine(system, way, token, credentials)).await?;
    let version = way.step(Step::LIST, list(&mut engine, credentials.schema.as_deref())).await?;
    Ok((FireboltConnection { engine, schema: credentials.schema.clone() }, ServerInfo::new("Firebolt", version)))
}

async fn token(client: &mut HttpClient, credentials: &FireboltCredentials) -> Result<SecretString, ConnectError> {
    let form = form(credentials);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let body = Bytes::copy_from_slice(form.as_bytes());
    let answer = client.send(Method::POST, "/oauth/token", headers, body, ANSWER_BYTES).await?;
    if answer.status != StatusCode::OK {
        return Err(of_token(answer.status));
    }
    Ok(serde_json::from_slice::<Token>(&answer.body).map_err(|_| of_token(StatusCode::OK))?.access_token)
}

fn form(credentials: &FireboltCredentials) -> Zeroizing<String> {
    let mut form = Serializer::new(String::new());
    form.append_pair("client_id", &credentials.client_id).append_pair("client_secret", credentials.client_secret.expose_secret());
    form.append_pair("grant_type", "client_credentials").append_pair("audience", "https://api.firebolt.io");
    Zeroizing::new(form.finish())
}

async fn endpoint(api: &mut HttpClient, token: &str, account: &str) -> Result<Endpoint, ConnectError> {
    let path = format!("/web/v3/account/{}/engineUrl", encoded(account));
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, bearer(token)?);
    let answer = api.send(Method::GET, &path, headers, Bytes::new(), ANSWER_BYTES).await?;
    if answer.status != StatusCode::OK {
        return Err(of_account(answer.status));
    }
    let account: Account = serde_json::from_slice(&answer.body).map_err(|_| of_account(StatusCode::OK))?;
    Endpoint::read(&account.engine_url).ok_or_else(|| of_account(StatusCode::OK))
}

/// Takes the engine if it runs. What is stopped would be started by being used: it is asked about first.
async fn use_engine(mut system: Engine, way: &Way, token: &str, credentials: &FireboltCredentials) -> Result<Engine, ConnectError> {
    let not_found = || ConnectError::from(K::EngineNotFound);
    let sql = format!("select status from information_schema.engines where engine_name = {}", text(&credentials.engine));
    let (rows, _) = system.run(&sql).await?;
    let status = rows.first().ok_or_else(not_found)?.text(0).to_ascii_uppercase();
    match status.as_str() {
        "STOPPED" | "STOPPING" | "DRAINING" => {
            let remedy = format!("the engine is {status}: start it (START ENGINE {}); this server never does", name(&credentials.engine));
            return Err(ConnectError::from(K::Stopped).with_remedy(remedy));
        }
        "STARTING" | "CREATING" => {
            return Err(ConnectError::from(K::NotReady)
                .with_field("engine")
                .with_remedy("the engine is STARTING: try again in a minute".to_owned()));
        }
        _ => {}
    }
    let used = system.run(&format!("USE ENGINE {}", name(&credentials.engine))).await;
    let (_, next) = used.map_err(|error| match error {
        error if is_refusal(&error) => error
            .of_kind(K::EngineNotFound)
            .with_field("engine")
            .with_remedy("check engine, and that USAGE on it is granted to the service account's user".to_owned()),
        error => error,
    })?;
    let mut engine = match next {
        None => system,
        Some(endpoint) => {
            let mut engine = Engine::at(way, token, endpoint)?;
            for (name, value) in system.parameters() {
                if !engine.parameters().iter().any(|(known, _)| known == name) {
                    engine.set(name, value);
                }
            }
            engine
        }
    };
    engine.set("engine", &credentials.engine);
    engine.set("database", &credentials.database);
    Ok(engine)
}

/// Proves that the engine answers and the schema is there. Returns the version.
async fn list(engine: &mut Engine, schema: Option<&str>) -> Result<String, ConnectError> {
    let (rows, _) = engine.run("select version()").await?;
    let version: String = rows.first().map(|row| row.text(0)).unwrap_or_default().chars().take(32).collect();
    let condition = schema.map(|schema| format!(" where schema_name = {}", text(schema))).unwrap_or_default();
    let (rows, _) = engine.run(&format!("select schema_name from information_schema.schemata{condition} limit 1")).await?;
    if schema.is_some() && rows.is_empty() {
        return Err(K::SchemaNotFound.into());
    }
    Ok(version.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect())
}
