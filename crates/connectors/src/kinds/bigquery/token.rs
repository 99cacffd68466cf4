//! A token for a service account: an assertion signed with its key (RFC 7523), as Google wants it
//! (<https://developers.google.com/identity/protocols/oauth2/service-account>).

use aws_lc_rs::signature::RsaKeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use egress::{Deadline, HttpClient};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;

use super::error::of_token;
use super::patience::Patience;
use crate::clock;
use crate::credentials::ServiceAccount;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::bearer;
use crate::rest::jwt::signed;

/// Whom the assertion is for: a constant, wherever it is sent.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";

/// What the token is for: to look, and no more.
const SCOPE: &str = "https://www.googleapis.com/auth/bigquery.readonly";

/// Seconds that an assertion is good for, at most as many as Google takes.
const LIFETIME: u64 = 3_600;

/// Bytes of the answer.
const ANSWER_BYTES: usize = 64 << 10;

/// The answer. What else comes with it is not needed: a job ends long before its token.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
}

/// The key of the account, as what signs.
pub(super) fn key(account: &ServiceAccount) -> Result<RsaKeyPair, ConnectError> {
    let pem = account.key.expose_secret();
    let body: String =
        pem.lines().filter(|line| !line.contains("-----")).flat_map(|line| line.chars().filter(|c| !c.is_whitespace())).collect();
    let der = STANDARD.decode(body).map_err(|_| ConnectError::from(K::PrivateKeyInvalid))?;
    let pair = if pem.contains("BEGIN RSA PRIVATE KEY") { RsaKeyPair::from_der(&der) } else { RsaKeyPair::from_pkcs8(&der) };
    pair.map_err(|_| K::PrivateKeyInvalid.into())
}

/// The assertion, good from `now` on.
fn assertion(account: &ServiceAccount, key: &RsaKeyPair, now: u64) -> Result<String, ConnectError> {
    let claims = json!({"iss": account.email, "scope": SCOPE, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME});
    signed(key, account.key_id.as_deref(), &claims).map_err(|_| K::PrivateKeyInvalid.into())
}

/// Asks for a token, until `until` at the latest; it comes as the header that shows it.
pub(super) async fn token(
    client: &mut HttpClient,
    account: &ServiceAccount,
    key: &RsaKeyPair,
    until: Deadline,
) -> Result<HeaderValue, ConnectError> {
    let body = format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
        assertion(account, key, clock::seconds())?
    );
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let (body, mut patience) = (Bytes::from(body), Patience::new(until));
    let answer = loop {
        let answer = client.send(Method::POST, "/token", headers.clone(), body.clone(), ANSWER_BYTES).await?;
        if answer.status == StatusCode::OK {
            break answer;
        }
        let (error, passing) = of_token(answer.status, &answer.body);
        if !patience.waits(passing, &answer).await {
            return Err(error);
        }
    };
    let granted: Granted = serde_json::from_slice(&answer.body).map_err(|_| ConnectError::from(K::Protocol))?;
    bearer(&granted.access_token).map_err(|_| K::Protocol.into())
}
