//! Logging in, with a password or by a private key.

use http::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::credentials::{Proof, SnowflakeCredentials};
use super::error::of_login;
use super::session::Session;
use super::{jwt, key};
use crate::error::{ConnectError, ConnectErrorKind as K};

/// Which of the vendor's clients we speak like: this one gets results as JSON, whatever the account prefers.
const CLIENT: (&str, &str) = ("JavaScript", "2.3.1");

/// What proves who the user is, ready to be sent: a key that cannot be read is told before anything leaves.
pub(super) fn prove(credentials: &SnowflakeCredentials) -> Result<Value, ConnectError> {
    match credentials.proof() {
        Some(Proof::Password(password)) => Ok(json!({"PASSWORD": password.expose_secret()})),
        Some(Proof::Key(text)) => {
            let key = key::read(text, credentials.passphrase.as_ref())?;
            let token = jwt::token(&key, &credentials.host.account, &credentials.username)?;
            Ok(json!({"AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": token}))
        }
        None => Err(K::Internal.into()),
    }
}

/// Logs in, without a role, a warehouse or a database: each is proved by itself. Returns the server's version.
pub(super) async fn login(session: &mut Session, credentials: &SnowflakeCredentials, proof: Value) -> Result<String, ConnectError> {
    let mut data = json!({
        "CLIENT_APP_ID": CLIENT.0,
        "CLIENT_APP_VERSION": CLIENT.1,
        "SVN_REVISION": "",
        "ACCOUNT_NAME": credentials.host.account,
        "LOGIN_NAME": credentials.username,
        "CLIENT_ENVIRONMENT": {"APPLICATION": "Headwater", "OS": std::env::consts::OS},
        "SESSION_PARAMETERS": settings(),
    });
    if let (Some(data), Value::Object(proof)) = (data.as_object_mut(), proof) {
        data.extend(proof);
    }
    let path = format!("/session/v1/login-request?request_id={}", Uuid::new_v4());
    let answer = session.ask(Method::POST, &path, &json!({"data": data})).await?;
    let by_key = matches!(credentials.proof(), Some(Proof::Key(_)));
    if !answer.success {
        return Err(of_login(&answer.number(), by_key));
    }
    let data = answer.data.ok_or(K::Protocol)?;
    let Some(token) = &data.token else {
        return Err(match data.next_action.as_deref() {
            Some("PWD_CHANGE") => K::PasswordExpired.into(),
            Some(_) => of_login("390127", by_key),
            None => K::Protocol.into(),
        });
    };
    session.begin(token)?;
    let version: String = data.server_version.unwrap_or_default().chars().take(32).collect();
    Ok(version.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect())
}

/// What could change the answers, whatever account and user prefer.
fn settings() -> Value {
    json!({
        "CLIENT_RESULT_CHUNK_SIZE": 48,
        "CLIENT_SESSION_KEEP_ALIVE": false,
        "MULTI_STATEMENT_COUNT": 1,
        "QUERY_TAG": "headwater",
        "QUOTED_IDENTIFIERS_IGNORE_CASE": false,
        "ROWS_PER_RESULTSET": 0,
        "STATEMENT_TIMEOUT_IN_SECONDS": 600,
        "TIMEZONE": "UTC",
    })
}
