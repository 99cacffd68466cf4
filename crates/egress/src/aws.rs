//! The AWS SDK over our own dialer: what it asks for goes out like everything else.
//!
//! The SDK gets this as its HTTP client, a static credentials provider and a client configuration without retries; it never
//! looks for credentials or settings of the machine it runs on.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpClient as SdkHttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse as SdkResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use url::Url;

use crate::http::{HttpClient, HttpError, Origin};
use crate::session::Session;
use crate::target::Target;
use crate::tls::TlsOptions;

/// An HTTP client for AWS SDKs, within one job.
#[derive(Clone)]
pub struct AwsHttp {
    session: Session,
    tls: TlsOptions,
    /// The endpoints that the job may talk to, as the connector made them from region and service.
    origins: Vec<Origin>,
    limit: usize,
}

impl AwsHttp {
    /// A client that talks to `origins` alone and reads at most `limit` bytes of an answer.
    pub fn new(session: Session, tls: TlsOptions, origins: Vec<Origin>, limit: usize) -> Self {
        Self { session, tls, origins, limit }
    }

    async fn exchange(self, request: HttpRequest) -> Result<SdkResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|e| ConnectorError::user(e.into()))?;
        let origin = origin(&url).filter(|origin| self.origins.contains(origin));
        let origin = origin.ok_or_else(|| ConnectorError::user(HttpError::OtherOrigin.into()))?;
        let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let mut client = HttpClient::new(self.session, origin, self.tls);
        let answer = client.send(parts.method, &path, parts.headers, body, self.limit).await.map_err(failed)?;
        let mut response = http::Response::new(SdkBody::from(answer.body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        SdkResponse::try_from(response).map_err(|e| ConnectorError::other(e.into(), None))
    }
}

fn origin(url: &Url) -> Option<Origin> {
    let https = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    Some(Origin { https, target: Target::new(url.host_str()?.parse().ok()?, url.port_or_known_default()?) })
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
