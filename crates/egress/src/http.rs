//! An HTTP client for sources that speak HTTP: one origin, no redirects, everything that is read is bounded.
//!
//! It goes by hyper's connection API over a dialed stream, so that IP literals, TLS names, deadlines and policy are those
//! of every other connector. A client that follows redirects, keeps cookies or takes proxies from the environment has no place here.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use url::Url;

use crate::alert::{Alert, Watched};
use crate::deadline::Deadline;
use crate::dialer::{BoxStream, DialError};
use crate::plan::Step;
use crate::session::Session;
use crate::target::{Host, Target};
use crate::tls::{TlsError, TlsOptions, connect_tls};

/// Bytes of a response's head, and how many headers it may have.
const HEAD_BYTES: usize = 64 << 10;
const HEADERS: usize = 128;

/// Requests of one job, over all its clients: a server whose pages never end is left at this one.
const REQUESTS: usize = 10_000;

/// Bytes of a redirect's body that are kept as evidence.
const EVIDENCE: usize = 64 << 10;

/// Scheme, host and port: what credentials are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whether TLS is spoken.
    pub https: bool,
    /// Where.
    pub target: Target,
}

/// As a URL without a final slash; the usual port is left out.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.https { ("https", 443) } else { ("http", 80) };
        match &self.target.host {
            Host::Address(IpAddr::V6(address)) => write!(f, "{scheme}://[{address}]")?,
            host => write!(f, "{scheme}://{host}")?,
        }
        if self.target.port == usual { Ok(()) } else { write!(f, ":{}", self.target.port) }
    }
}

/// Why there is no response. The texts are safe to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No connection.
    #[error(transparent)]
    Dial(DialError),
    /// No TLS.
    #[error("TLS could not be made")]
    Tls(TlsError),
    /// A URL that the server gave leads to another origin.
    #[error("the server refers to another host")]
    OtherOrigin,
    /// A redirect; it is never followed.
    #[error("the server answered with a redirect")]
    Redirect,
    /// More requests than any job needs.
    #[error("the server asks for more requests than allowed")]
    TooManyRequests,
    /// More than the caller takes.
    #[error("the answer is larger than allowed")]
    TooLarge,
    /// Compressed although nothing but identity was asked for.
    #[error("the answer is compressed although that was not asked for")]
    Encoded,
    /// To a request in plain text, a server that speaks TLS.
    #[error("the server speaks TLS")]
    TlsSpoken,
    /// Not HTTP, or broken off.
    #[error("the answer is not sound HTTP")]
    Protocol,
    /// The deadline passed.
    #[error("the server did not answer in time")]
    TimedOut,
}

/// A response, read whole.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status; a redirect only where it was asked for ([`HttpClient::evidence`]).
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A response whose body has yet to come.
pub struct HttpStream {
    /// The status, never a redirect.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Incoming,
    session: Session,
}

impl HttpStream {
    /// The next bytes of the body, if there are any. What came before an error stays valid.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        loop {
            let frame = self.session.run(self.body.frame()).await.map_err(|_| HttpError::TimedOut)?;
            match frame {
                None => return Ok(None),
                Some(Err(_)) => return Err(HttpError::Protocol),
                // Trailers are no bytes of the body.
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
    }
}

/// A client for one origin, within one job.
pub struct HttpClient {
    session: Session,
    origin: Origin,
    tls: TlsOptions,
    open: Option<http1::SendRequest<Full<Bytes>>>,
    /// Whether the server answered in TLS what was said in plain text.
    alert: Alert,
    drivers: JoinSet<()>,
    /// Requests that the job may send.
    requests: usize,
    /// Whether every request may be sent twice, whatever its method.
    repeatable: bool,
    /// Whether bodies are taken compressed.
    encoded: bool,
}

impl HttpClient {
    /// A client for `origin`. Nothing is sent to any other.
    pub fn new(session: Session, origin: Origin, tls: TlsOptions) -> Self {
        Self {
            session,
            origin,
            tls,
            open: None,
            alert: Alert::default(),
            drivers: JoinSet::new(),
            requests: REQUESTS,
            repeatable: false,
            encoded: false,
        }
    }

    /// Says that no request changes anything at the server: one of any method may be sent again when a kept connection turns
    /// out to be closed. Else that is done only with what was never sent, and with methods that are idempotent.
    #[must_use]
    pub fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    /// Lets the job send `requests` in all, for sources that are read in many small parts.
    #[must_use]
    pub fn at_most(self, requests: usize) -> Self {
        Self { requests, ..self }
    }

    /// Takes bodies that come compressed, as they come: object stores have some that were compressed before they were stored. Whoever
    /// unpacks them says how much may come of it.
    #[must_use]
    pub fn encoded(self) -> Self {
        Self { encoded: true, ..self }
    }

    /// Goes on until `deadline`: a read has more time than the test before it.
    pub fn until(&mut self, deadline: Deadline) {
        self.session = self.session.until(deadline);
    }

    /// Another client for the same origin, with `limit` of time of its own: for cleaning up when the job's own time is over.
    #[must_use]
    pub fn again(&self, limit: Duration) -> Self {
        let client = Self::new(self.session.again(limit), self.origin.clone(), self.tls.clone());
        Self { requests: self.requests, repeatable: self.repeatable, encoded: self.encoded, ..client }
    }

    /// The path and query of a URL that the server gave, if it leads to the same origin.
    pub fn follow(&self, url: &str) -> Result<String, HttpError> {
        let base = Url::parse(&self.origin.to_string()).map_err(|_| HttpError::Protocol)?;
        let next = base.join(url).map_err(|_| HttpError::Protocol)?;
        let same =
            next.scheme() == base.scheme() && next.host() == base.host() && next.port_or_known_default() == base.port_or_known_default();
        if !same || !next.username().is_empty() || next.password().is_some() {
            return Err(HttpError::OtherOrigin);
        }
        Ok(next.query().map_or_else(|| next.path().to_owned(), |query| format!("{}?{query}", next.path())))
    }

    /// Connects (and makes TLS) if there is no open connection, without sending anything.
    pub async fn connect(&mut self) -> Result<(), HttpError> {
        let session = self.session.clone();
        let connecting = async { self.connected().await.map(drop) };
        Box::pin(session.run(connecting)).await.unwrap_or(Err(HttpError::TimedOut))
    }

    /// Sends a request and reads at most `limit` bytes of the answer's body.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
        limit: usize,
    ) -> Result<HttpResponse, HttpError> {
        let session = self.session.clone();
        let encoded = self.encoded;
        let exchange = async { collected(plain(self.exchange(method, path, headers, body).await?, encoded)?, limit).await };
        Box::pin(session.run(exchange)).await.unwrap_or(Err(HttpError::TimedOut))
    }

    /// The same, and a redirect is an answer too: what it says besides where it leads may tell what is wrong. It is not followed,
    /// and its `Location` is dropped so that nobody else does. A body that is stored compressed comes as it is stored.
    pub async fn evidence(
        &mut self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
        limit: usize,
    ) -> Result<HttpResponse, HttpError> {
        let session = self.session.clone();
        let exchange = async {
            let mut answer = self.exchange(method, path, headers, body).await?;
            let redirect = answer.status.is_redirection();
            if redirect {
                answer.headers.remove(LOCATION);
            }
            collected(answer, if redirect { limit.min(EVIDENCE) } else { limit }).await
        };
        Box::pin(session.run(exchange)).await.unwrap_or(Err(HttpError::TimedOut))
    }

    /// Sends a request; the body of the answer is read as it comes.
    pub async fn open(&mut self, method: Method, path: &str, headers: HeaderMap, body: Bytes) -> Result<HttpStream, HttpError> {
        let session = self.session.clone();
        let encoded = self.encoded;
        let exchange = async { plain(self.exchange(method, path, headers, body).await?, encoded) };
        Box::pin(session.run(exchange)).await.unwrap_or(Err(HttpError::TimedOut))
    }

    async fn exchange(&mut self, method: Method, path: &str, headers: HeaderMap, body: Bytes) -> Result<HttpStream, HttpError> {
        if self.session.request() > self.requests {
            return Err(HttpError::TooManyRequests);
        }
        let uri: Uri = path.parse().map_err(|_| HttpError::Protocol)?;
        if uri.authority().is_some() || !path.starts_with('/') {
            return Err(HttpError::OtherOrigin);
        }
        let repeatable = self.repeatable || method.is_idempotent();
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let origin = self.origin.to_string();
        let (_, authority) = origin.split_once("://").ok_or(HttpError::Protocol)?;
        request.headers_mut().insert(HOST, HeaderValue::try_from(authority).map_err(|_| HttpError::Protocol)?);
        // Nothing compressed: then nothing can unfold to a thousand times its size.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        request.headers_mut().entry(USER_AGENT).or_insert(HeaderValue::from_static(concat!("headwater/", env!("CARGO_PKG_VERSION"))));
        let session = self.session.clone();
        let (kept, again) = (self.open.is_some(), repeatable.then(|| request.clone()));
        let mut answer = self.connected().await?.try_send_request(request).await;
        // A server may close a connection that was kept just when we use it again.
        if kept && let Err(error) = &mut answer {
            // What comes back was never sent. Else the server may have done it before it closed.
            if let Some(request) = error.take_message().or(again.filter(|_| is_broken(error.error()))) {
                self.open = None;
                answer = self.connected().await?.try_send_request(request).await;
            }
        }
        let response = answer.map_err(|e| {
            self.open = None;
            match e.error() {
                _ if self.alert.is_met() => HttpError::TlsSpoken,
                error if is_broken(error) => HttpError::Dial(DialError::Closed),
                _ => HttpError::Protocol,
            }
        })?;
        let (parts, body) = response.into_parts();
        Ok(HttpStream { status: parts.status, headers: parts.headers, body, session })
    }

    /// The open connection, or a new one.
    async fn connected(&mut self) -> Result<&mut http1::SendRequest<Full<Bytes>>, HttpError> {
        let ready = match &mut self.open {
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        if !ready {
            let mut stream: BoxStream = self.session.dial(&self.origin.target).await.map_err(HttpError::Dial)?;
            if self.origin.https {
                let tls = connect_tls(stream, &self.origin.target.host, &self.tls, self.session.deadline());
                stream = Box::new(self.session.step(Step::TLS, tls).await?);
            } else {
                stream = Box::new(Watched::new(stream, self.alert.clone()));
            }
            let handshake = http1::Builder::new().max_headers(HEADERS).max_buf_size(HEAD_BYTES).handshake(TokioIo::new(stream));
            let (sender, connection) = handshake.await.map_err(|_| HttpError::Protocol)?;
            self.drivers.spawn(async move {
                // A broken connection shows in the request that waits for it.
                let _ = connection.await;
            });
            self.open = Some(sender);
        }
        self.open.as_mut().ok_or(HttpError::Protocol)
    }
}

/// Whether the connection ended instead of an answer.
fn is_broken(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    error.is_canceled()
        || error.is_incomplete_message()
        || cause
            .is_some_and(|e| matches!(e.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof))
}

/// An answer that is no redirect, and not compressed unless that is taken.
fn plain(answer: HttpStream, encoded: bool) -> Result<HttpStream, HttpError> {
    if answer.status.is_redirection() {
        return Err(HttpError::Redirect);
    }
    if !encoded && answer.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(HttpError::Encoded);
    }
    Ok(answer)
}

/// An answer with at most `limit` bytes of body.
async fn collected(answer: HttpStream, limit: usize) -> Result<HttpResponse, HttpError> {
    let HttpStream { status, headers, body, .. } = answer;
    let read = Limited::new(body, limit).collect().await;
    let body = read.map_err(|error| if error.is::<LengthLimitError>() { HttpError::TooLarge } else { HttpError::Protocol })?.to_bytes();
    Ok(HttpResponse { status, headers, body })
}

impl From<TlsError> for HttpError {
    fn from(error: TlsError) -> Self {
        match error {
            TlsError::TimedOut => Self::TimedOut,
            error => Self::Tls(error),
        }
    }
}
