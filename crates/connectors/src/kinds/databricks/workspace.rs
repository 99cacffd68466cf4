//! Requests to a workspace: JSON both ways, with the token, again after a while where the server is busy.

use std::time::Duration;

use bytes::Bytes;
use egress::HttpClient;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::of_answer;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::{RETRIES, bearer, pause};

/// Bytes of one answer. A page of tables with all their columns is the largest; inline results end at 25 MiB.
const ANSWER_BYTES: usize = 32 << 20;

/// How long a cancellation may take, after everything else.
const CANCEL: Duration = Duration::from_secs(2);

/// A workspace, and who we are there.
pub(super) struct Workspace {
    pub(super) client: HttpClient,
    headers: HeaderMap,
}

impl Workspace {
    /// A workspace that is asked with this token.
    pub(super) fn new(client: HttpClient, token: &SecretString) -> Result<Self, ConnectError> {
        let value = bearer(token.expose_secret().trim()).map_err(|_| super::error::rejected(K::Rejected, ""))?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(Self { client, headers })
    }

    /// Gets what is at `path`.
    pub(super) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ConnectError> {
        self.ask(Method::GET, path, Bytes::new()).await
    }

    /// Posts `body` to `path`.
    pub(super) async fn post<T: DeserializeOwned>(&mut self, path: &str, body: &Value) -> Result<T, ConnectError> {
        self.ask(Method::POST, path, Bytes::from(body.to_string())).await
    }

    async fn ask<T: DeserializeOwned>(&mut self, method: Method, path: &str, body: Bytes) -> Result<T, ConnectError> {
        let mut tries = 0;
        loop {
            let answer = self.client.send(method.clone(), path, self.headers.clone(), body.clone(), ANSWER_BYTES).await?;
            let busy = matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            if busy && tries < RETRIES {
                tokio::time::sleep(pause(&answer, tries)).await;
                tries += 1;
            } else if answer.status.is_success() {
                return serde_json::from_slice(&answer.body).map_err(|_| K::Protocol.into());
            } else {
                return Err(of_answer(answer.status, &answer.body));
            }
        }
    }

    /// Posts nothing to `path` when the job's own time may be over; whether it arrives changes nothing for us.
    pub(super) fn tell(&self, path: String) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (mut client, headers) = (self.client.again(CANCEL), self.headers.clone());
        runtime.spawn(async move {
            let _ = client.send(Method::POST, &path, headers, Bytes::from_static(b"{}"), 1 << 10).await;
        });
    }
}
