//! A session at the server: every request of it carries its token, and it ends with us.

use std::time::Duration;

use bytes::Bytes;
use egress::{Deadline, HttpClient, HttpResponse};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::of_status;
use super::protocol::Answer;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::secret;
use crate::route::Way;

/// Bytes of one answer: what does not fit comes in chunks.
const ANSWER_BYTES: usize = 32 << 20;

/// How often an overloaded server is asked again, with the same number of the request: it is not done twice.
const RETRIES: u32 = 5;

/// How long saying goodbye may take, after everything else.
const GOODBYE: Duration = Duration::from_secs(2);

/// A session.
pub(super) struct Session {
    client: HttpClient,
    way: Way,
    token: Option<HeaderValue>,
    /// The statement that runs; what is still there at the end is aborted.
    pub(super) running: Option<Uuid>,
}

impl Session {
    /// No session yet: requests go without a token.
    pub(super) fn new(client: HttpClient, way: Way) -> Self {
        Self { client, way, token: None, running: None }
    }

    /// From now on with this token.
    pub(super) fn begin(&mut self, token: &str) -> Result<(), ConnectError> {
        self.token = Some(secret(&format!("Snowflake Token=\"{token}\""))?);
        Ok(())
    }

    /// Goes on until `deadline`.
    pub(super) fn until(&mut self, deadline: Deadline) {
        self.client.until(deadline);
        self.way = self.way.until(deadline);
    }

    /// The way to other servers.
    pub(super) fn way(&self) -> &Way {
        &self.way
    }

    /// The path of a URL that the server gave, if it leads to the server itself.
    pub(super) fn follow(&self, url: &str) -> Result<String, ConnectError> {
        Ok(self.client.follow(url)?)
    }

    /// Asks, and where the server says that it is busy, again after a while.
    pub(super) async fn ask(&mut self, method: Method, path: &str, body: &Value) -> Result<Answer, ConnectError> {
        let body = if method == Method::GET { Bytes::new() } else { Bytes::from(body.to_string()) };
        let headers = headers(self.token.as_ref());
        for tries in 0..RETRIES {
            let response = self.client.send(method.clone(), path, headers.clone(), body.clone(), ANSWER_BYTES).await?;
            if !is_busy(response.status) {
                return read(&response);
            }
            tokio::time::sleep(Duration::from_millis(100 << tries)).await;
        }
        read(&self.client.send(method, path, headers, body, ANSWER_BYTES).await?)
    }
}

fn headers(token: Option<&HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Results as JSON; the drivers' own form of them would be Arrow.
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, token.clone());
    }
    headers
}

fn is_busy(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}

/// An answer of the protocol, whatever its status; else the status says what there is to say.
fn read(response: &HttpResponse) -> Result<Answer, ConnectError> {
    match serde_json::from_slice::<Answer>(&response.body) {
        Ok(answer) if response.status == StatusCode::OK || !answer.number().is_empty() => Ok(answer),
        _ if response.status == StatusCode::OK => Err(K::Protocol.into()),
        _ => Err(of_status(response.status)),
    }
}

impl Drop for Session {
    /// A session that nobody ends lives for hours, and its statement goes on.
    fn drop(&mut self) {
        let (Some(token), Ok(runtime)) = (self.token.take(), tokio::runtime::Handle::try_current()) else { return };
        let (mut client, running) = (self.client.again(GOODBYE), self.running.take());
        runtime.spawn(async move {
            let headers = headers(Some(&token));
            // Whether it arrives changes nothing for us.
            if let Some(id) = running {
                let path = format!("/queries/v1/abort-request?requestId={}", Uuid::new_v4());
                let body = Bytes::from(json!({"requestId": id.to_string()}).to_string());
                let _ = client.send(Method::POST, &path, headers.clone(), body, 64 << 10).await;
            }
            let path = format!("/session?delete=true&requestId={}", Uuid::new_v4());
            let _ = client.send(Method::POST, &path, headers, Bytes::from_static(b"{}"), 64 << 10).await;
        });
    }
}
