//! The AWS SDK over our own dialer: what it asks for goes out like everything else.
//!
//! The SDK gets this as its HTTP client, a static credentials provider and a client configuration without retries; it never
//! looks for credentials or settings of the machine it runs on.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient as SdkHttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse as SdkResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use http_body_util::BodyExt;

use crate::deadline::Deadline;
use crate::http::{HttpClient, HttpError, Origin};
use crate::session::Session;
use crate::target::Target;
use crate::tls::TlsOptions;

/// Connections that wait for their next request.
const IDLE: usize = 16;

/// An HTTP client for AWS SDKs, within one job. Its clones share its connections.
#[derive(Clone)]
pub struct AwsHttp {
    /// The endpoints that the job may talk to, as the connector made them from region and service.
    origins: Arc<[Origin]>,
    tls: TlsOptions,
    limit: usize,
    requests: Option<usize>,
    repeatable: bool,
    kept: Arc<Mutex<Kept>>,
}

/// What changes while the job runs.
struct Kept {
    session: Session,
    idle: Vec<(Origin, HttpClient)>,
}

impl AwsHttp {
    /// A client that talks to `origins` alone and reads at most `limit` bytes of an answer.
    pub fn new(session: Session, tls: TlsOptions, origins: Vec<Origin>, limit: usize) -> Self {
        let kept = Arc::new(Mutex::new(Kept { session, idle: Vec::new() }));
        Self { origins: origins.into(), tls, limit, requests: None, repeatable: false, kept }
    }

    /// Says that no request of the job changes anything, or that each names itself so that the service does it once: see
    /// [`HttpClient::repeatable`].
    #[must_use]
    pub fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    /// Lets the job send `requests` in all: see [`HttpClient::at_most`].
    #[must_use]
    pub fn at_most(self, requests: usize) -> Self {
        Self { requests: Some(requests), ..self }
    }

    /// Goes on until `deadline`: a read has more time than the test before it.
    pub fn until(&self, deadline: Deadline) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.session = kept.session.until(deadline);
    }

    /// Connects (and makes TLS) to the first of the endpoints without sending anything.
    pub async fn connect(&self) -> Result<(), HttpError> {
        let origin = self.origins.first().cloned().ok_or(HttpError::OtherOrigin)?;
        let mut client = self.take(&origin);
        client.connect().await?;
        self.keep(origin, client);
        Ok(())
    }

    /// Why an SDK's call got no answer, if it is that.
    pub fn failure(error: &(dyn Error + 'static)) -> Option<HttpError> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<HttpError>() {
                return Some(*found);
            }
            next = error.source();
        }
        None
    }

    /// A client for the origin, with a connection if one waits.
    fn take(&self, origin: &Origin) -> HttpClient {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.idle.iter().position(|(of, _)| of == origin) {
            let mut client = kept.idle.swap_remove(at).1;
            client.until(kept.session.deadline());
            return client;
        }
        let client = HttpClient::new(kept.session.clone(), origin.clone(), self.tls.clone());
        let client = if self.repeatable { client.repeatable() } else { client };
        match self.requests {
            Some(requests) => client.at_most(requests),
            None => client,
        }
    }

    fn keep(&self, origin: Origin, client: HttpClient) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.idle.len() < IDLE {
            kept.idle.push((origin, client));
        }
    }

    async fn exchange(self, request: HttpRequest) -> Result<SdkResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
        let (parts, body) = request.into_parts();
        let origin = origin(&parts.uri).filter(|origin| self.origins.contains(origin));
        let origin = origin.ok_or_else(|| ConnectorError::user(HttpError::OtherOrigin.into()))?;
        let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
        // As it was signed: a key may hold `//`, `/./` and `/../`, which no URL would survive.
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut client = self.take(&origin);
        let answer = client.evidence(parts.method, path, parts.headers, body, self.limit).await.map_err(failed)?;
        self.keep(origin, client);
        let mut response = http::Response::new(SdkBody::from(answer.body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        SdkResponse::try_from(response).map_err(|e| ConnectorError::other(e.into(), None))
    }
}

fn origin(uri: &Uri) -> Option<Origin> {
    let (https, usual) = match uri.scheme_str()? {
        "https" => (true, 443),
        "http" => (false, 80),
        _ => return None,
    };
    // Whoever is named before the host is not who is asked.
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    Some(Origin { https, target: Target::new(authority.host().parse().ok()?, authority.port_u16().unwrap_or(usual)) })
}

fn failed(error: HttpError) -> ConnectorError {
    match error {
        HttpError::TimedOut => ConnectorError::timeout(error.into()),
        HttpError::Dial(_) | HttpError::Tls(_) => ConnectorError::io(error.into()),
        // Not to be tried again: the answer would be the same.
        _ => ConnectorError::user(error.into()),
    }
}

impl fmt::Debug for AwsHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsHttp")
    }
}

impl HttpConnector for AwsHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().exchange(request))
    }
}

impl SdkHttpClient for AwsHttp {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
