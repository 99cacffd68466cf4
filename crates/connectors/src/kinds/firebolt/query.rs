//! Statements: one request each, the whole result in the answer.

use bytes::Bytes;
use egress::HttpClient;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::endpoint::{Endpoint, trusted};
use super::error::of_statement;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::{Row, Scalar, bearer};
use crate::route::Way;

/// Bytes of a result: definitions of tables are small, even many of them.
const RESULT_BYTES: usize = 64 << 20;

/// An engine, or the one of the system.
pub(super) struct Engine {
    pub(super) client: HttpClient,
    token: HeaderValue,
    parameters: Vec<(String, String)>,
}

/// A result. Only texts of it are kept.
#[derive(Default, Deserialize)]
struct Answer {
    data: Option<Vec<Row>>,
    errors: Option<Vec<Failure>>,
}

/// The text is not even read.
#[derive(Deserialize)]
struct Failure {
    code: Option<Scalar>,
}

impl Failure {
    fn number(&self) -> String {
        match &self.code {
            Some(Scalar::Text(text)) => text.to_string(),
            Some(Scalar::Number(number)) => number.unsigned_abs().to_string(),
            Some(Scalar::Nothing) | None => String::new(),
        }
    }
}

impl Engine {
    /// An engine at an endpoint that the vendor's API named.
    pub(super) fn at(way: &Way, token: &str, endpoint: Endpoint) -> Result<Self, ConnectError> {
        let way = way.to(endpoint.target);
        trusted(&way).map_err(|_| {
            ConnectError::from(K::Redirected).with_field("account").with_remedy(
                "the vendor's API names a host outside of firebolt.io: the operator of this server may allow it by its name".to_owned(),
            )
        })?;
        Ok(Self { client: way.http(), token: bearer(token)?, parameters: endpoint.parameters })
    }

    /// Says this with every statement.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.to_owned(), value.to_owned()));
    }

    /// What is said with every statement.
    pub(super) fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// Runs a statement, and returns its rows and where the next one shall go.
    pub(super) async fn run(&mut self, sql: &str) -> Result<(Vec<Row>, Option<Endpoint>), ConnectError> {
        let path = format!("/?{}", query(&self.parameters));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.token.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        let response = self.client.send(Method::POST, &path, headers, Bytes::from(sql.to_owned()), RESULT_BYTES).await?;
        // What is set has no result, and no body.
        let empty = response.body.iter().all(u8::is_ascii_whitespace);
        let answer = if empty { Ok(Answer::default()) } else { serde_json::from_slice::<Answer>(&response.body) };
        let failure = answer.as_ref().ok().and_then(|answer| answer.errors.as_ref()?.first());
        if response.status != StatusCode::OK || failure.is_some() {
            return Err(of_statement(response.status, &failure.map(Failure::number).unwrap_or_default()));
        }
        let rows = answer.map_err(|_| ConnectError::from(K::Protocol))?.data.unwrap_or_default();
        let next = match response.headers.get("firebolt-update-endpoint") {
            None => None,
            Some(named) => Some(named.to_str().ok().and_then(Endpoint::read).ok_or(K::Protocol)?),
        };
        Ok((rows, next))
    }
}

fn query(parameters: &[(String, String)]) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("output_format", "JSON_Compact").extend_pairs(parameters);
    query.finish()
}

/// A name in SQL.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
