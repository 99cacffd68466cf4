//! A statement: sent once, fetched page by page, cancelled if it is given up.

use std::time::Duration;

use bytes::Bytes;
use egress::{HttpClient, HttpResponse};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use super::error::{of_failure, of_status};
use super::page::Page;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::{Row, authorization};

/// Bytes of one page. Servers aim at one megabyte, unless they are told otherwise.
const PAGE_BYTES: usize = 16 << 20;

/// Pages of one statement.
const PAGES: usize = 5_000;

/// How often an overloaded server is asked again.
const RETRIES: u32 = 6;

/// How long a cancellation may take, after everything else.
const CANCEL: Duration = Duration::from_secs(2);

/// What is sent with every request.
#[derive(Clone)]
pub(super) struct Caller {
    headers: HeaderMap,
    tls: bool,
    password: bool,
}

impl Caller {
    /// Who asks. A password becomes Basic authentication; over which connections is the caller's business.
    pub(super) fn new(username: &str, password: Option<&SecretString>, tls: bool) -> Result<Self, ConnectError> {
        let mut headers = HeaderMap::new();
        let unfit = |_| ConnectError::from(K::Rejected);
        headers.insert(HeaderName::from_static("x-trino-user"), HeaderValue::from_bytes(username.as_bytes()).map_err(unfit)?);
        headers.insert(HeaderName::from_static("x-trino-source"), HeaderValue::from_static("headwater"));
        // Without it types of times come without their precision. No data encoding is named, so nothing is spooled.
        headers.insert(HeaderName::from_static("x-trino-client-capabilities"), HeaderValue::from_static("PARAMETRIC_DATETIME"));
        if let Some(password) = password {
            // Servers read Latin-1 here, as Trino's own clients write it.
            let pair = format!("{username}:{}", password.expose_secret());
            let latin: Option<Vec<u8>> = pair.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
            headers.insert(AUTHORIZATION, authorization(&latin.unwrap_or_else(|| pair.into_bytes()))?);
        }
        Ok(Self { headers, tls, password: password.is_some() })
    }

    /// The same caller in a catalog.
    pub(super) fn in_catalog(&self, catalog: &str) -> Result<Self, ConnectError> {
        let mut this = self.clone();
        let value =
            HeaderValue::from_bytes(catalog.as_bytes()).map_err(|_| ConnectError::from(K::DatabaseNotFound).with_field("catalog"))?;
        this.headers.insert(HeaderName::from_static("x-trino-catalog"), value);
        Ok(this)
    }
}

/// A statement that runs at the server.
pub(super) struct Statement<'a> {
    client: &'a mut HttpClient,
    caller: &'a Caller,
    /// Where to go on; what is still there when the statement is dropped is cancelled.
    next: Option<String>,
    rows: std::vec::IntoIter<Row>,
    pages: usize,
    /// Empty pages in a row.
    idle: u32,
}

impl<'a> Statement<'a> {
    /// Sends `sql`.
    pub(super) async fn run(client: &'a mut HttpClient, caller: &'a Caller, sql: &str) -> Result<Self, ConnectError> {
        let mut this = Self { client, caller, next: None, rows: Vec::new().into_iter(), pages: 0, idle: 0 };
        let response = this.ask(Method::POST, "/v1/statement", Bytes::copy_from_slice(sql.as_bytes())).await?;
        this.take(&response)?;
        Ok(this)
    }

    /// The next row, if there is one.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, ConnectError> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            let Some(path) = self.next.clone() else { return Ok(None) };
            // A server waits for news before it answers; one that does not shall not make us run.
            if self.idle > 0 {
                tokio::time::sleep(Duration::from_millis(u64::from(self.idle.min(20)) * 10)).await;
            }
            self.pages += 1;
            if self.pages > PAGES {
                return Err(K::TooMuch.into());
            }
            let response = self.ask(Method::GET, &path, Bytes::new()).await?;
            self.take(&response)?;
        }
    }

    /// Sends a request; where the server says that it is busy, again after a while (as the protocol wants it).
    async fn ask(&mut self, method: Method, path: &str, body: Bytes) -> Result<HttpResponse, ConnectError> {
        let mut tries = 0;
        loop {
            let response = self.client.send(method.clone(), path, self.caller.headers.clone(), body.clone(), PAGE_BYTES).await?;
            let busy = matches!(
                response.status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
            );
            if !busy || tries >= RETRIES {
                return Ok(response);
            }
            tokio::time::sleep(Duration::from_millis(50 << tries)).await;
            tries += 1;
        }
    }

    fn take(&mut self, response: &HttpResponse) -> Result<(), ConnectError> {
        if response.status != StatusCode::OK {
            return Err(of_status(response.status, self.caller.tls, self.caller.password));
        }
        let page: Page = serde_json::from_slice(&response.body).map_err(|_| ConnectError::from(K::Protocol))?;
        // Where the next page cannot be had, the address of the page before (if there was one) is still good for cancelling.
        let next = page.next_uri.map(|uri| self.client.follow(&uri)).transpose().map_err(|error| {
            ConnectError::from(error).with_remedy(
                "let the server name itself by the host and port given here (behind a proxy: http-server.process-forwarded=true)"
                    .to_owned(),
            )
        })?;
        self.next = next;
        if let Some(failure) = &page.error {
            self.next = None;
            return Err(of_failure(failure));
        }
        let rows = page.data.unwrap_or_default();
        self.idle = if rows.is_empty() { self.idle + 1 } else { 0 };
        self.rows = rows.into_iter();
        Ok(())
    }
}

impl Drop for Statement<'_> {
    /// A statement that was not read to its end would go on at the server.
    fn drop(&mut self) {
        let Some(path) = self.next.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (mut client, headers) = (self.client.again(CANCEL), self.caller.headers.clone());
        runtime.spawn(async move {
            // Whether it arrives changes nothing for us.
            let _ = client.send(Method::DELETE, &path, headers, Bytes::new(), 1 << 10).await;
        });
    }
}
