//! Requests to a cluster: all of them read, and are sent again after a while where it is busy.

use bytes::Bytes;
use egress::{HttpClient, HttpError};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use super::error::{is_block, of_answer};
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::{RETRIES, authorization, pause};

/// Bytes of one answer: the mappings of a few hundred indices.
const ANSWER_BYTES: usize = 12 << 20;

/// What stands in a path as it is: names of indices are made of it.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Why there is no answer that can be used.
pub(super) enum Failed {
    /// It is larger than is taken.
    TooLarge,
    /// The cluster says no.
    Answer(ConnectError),
    /// The way to the cluster broke, or what came over it was no answer.
    Way(ConnectError),
}

impl From<Failed> for ConnectError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::TooLarge => K::TooMuch.into(),
            Failed::Answer(error) | Failed::Way(error) => error,
        }
    }
}

/// A cluster, and who we are there.
pub(super) struct Cluster {
    pub(super) client: HttpClient,
    headers: HeaderMap,
}

impl Cluster {
    /// A cluster that is asked as this user.
    pub(super) fn new(client: HttpClient, login: Option<(&str, &SecretString)>) -> Result<Self, ConnectError> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some((username, password)) = login {
            // Basic authentication splits at the first colon.
            if username.contains(':') {
                let remedy = "give another user: basic authentication cannot say a name with a colon in it";
                return Err(ConnectError::from(K::Rejected).with_field("username").with_remedy(remedy.to_owned()));
            }
            headers.insert(AUTHORIZATION, authorization(format!("{username}:{}", password.expose_secret()).as_bytes())?);
        }
        Ok(Self { client, headers })
    }

    /// Whether a user is sent along.
    pub(super) fn has_login(&self) -> bool {
        self.headers.contains_key(AUTHORIZATION)
    }

    /// Gets what is at `path`.
    pub(super) async fn get(&mut self, path: &str) -> Result<Bytes, Failed> {
        let mut tries = 0;
        loop {
            let answer = match self.client.send(Method::GET, path, self.headers.clone(), Bytes::new(), ANSWER_BYTES).await {
                Ok(answer) => answer,
                Err(HttpError::TooLarge) => return Err(Failed::TooLarge),
                Err(error) => return Err(Failed::Way(error.into())),
            };
            if answer.status.is_success() {
                return Ok(answer.body);
            }
            let error = of_answer(answer.status, &answer.body);
            let busy = matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            // A block stays until somebody takes it away.
            if !busy || is_block(&error) || tries == RETRIES {
                return Err(Failed::Answer(error));
            }
            tokio::time::sleep(pause(&answer, tries)).await;
            tries += 1;
        }
    }
}

/// A name as a part of a path.
pub(super) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, IN_PATH).to_string()
}
