//! Requests of the API: a token, a path, JSON back; asked again where that helps.

use bytes::Bytes;
use egress::{Deadline, HttpClient};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::of_failure;
use super::patience::Patience;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::encoded;

/// Bytes of one answer: a table of ten thousand columns takes two or three million.
const ANSWER_BYTES: usize = 16 << 20;

/// Objects and strings in one answer: a table of ten thousand columns, told in all detail, has some three hundred thousand. What is
/// denser takes twenty times its bytes in memory.
const ANSWER_PARTS: usize = 500_000;

/// Pages of one list.
const PAGES: usize = 2_000;

/// A client with a token.
pub(super) struct Api {
    client: HttpClient,
    bearer: HeaderValue,
    until: Deadline,
}

/// One page of a list.
pub(super) trait Page: DeserializeOwned {
    /// What it lists.
    type Item;
    /// The items, and the token of the next page.
    fn take(self) -> (Vec<Self::Item>, Option<String>);
}

impl Api {
    pub(super) fn new(client: HttpClient, bearer: HeaderValue, until: Deadline) -> Self {
        Self { client, bearer, until }
    }

    /// Waits until `deadline` for what passes.
    pub(super) fn patient(&mut self, deadline: Deadline) {
        self.until = deadline;
    }

    /// Goes on until `deadline`.
    pub(super) fn until(&mut self, deadline: Deadline) {
        self.client.until(deadline);
        self.until = deadline;
    }

    /// Gets what is at a path under the API's root. Every request of ours reads and nothing else, so it may be sent again.
    pub(super) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ConnectError> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.bearer.clone());
        let path = format!("/bigquery/v2/{path}");
        let mut patience = Patience::new(self.until);
        loop {
            let answer = self.client.send(Method::GET, &path, headers.clone(), Bytes::new(), ANSWER_BYTES).await?;
            if answer.status == StatusCode::OK {
                if answer.body.iter().filter(|byte| matches!(byte, b'{' | b'"')).count() > ANSWER_PARTS {
                    return Err(K::TooMuch.into());
                }
                return serde_json::from_slice(&answer.body).map_err(|_| K::Protocol.into());
            }
            let (error, passing) = of_failure(answer.status, &answer.body);
            if !patience.waits(passing, &answer).await {
                return Err(error);
            }
        }
    }

    /// Every item of a list, page by page; `keep` says when it is enough.
    pub(super) async fn list<P: Page>(&mut self, path: &str, mut keep: impl FnMut(P::Item) -> bool) -> Result<(), ConnectError> {
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let next = token.as_deref().map(|token| format!("&pageToken={}", encoded(token))).unwrap_or_default();
            let page: P = self.get(&format!("{path}?maxResults=1000{next}")).await?;
            let (items, after) = page.take();
            for item in items {
                if !keep(item) {
                    return Ok(());
                }
            }
            match after.filter(|after| !after.is_empty()) {
                None => return Ok(()),
                // A server that sends us round in a circle has no end.
                Some(after) if token.as_ref() == Some(&after) => return Err(K::Protocol.into()),
                Some(after) => token = Some(after),
            }
        }
        Err(K::TooMuch.into())
    }
}

/// `datasets.list`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Datasets {
    #[serde(default)]
    datasets: Vec<Dataset>,
    next_page_token: Option<String>,
}

/// A dataset as lists and `datasets.get` have it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dataset {
    dataset_reference: DatasetReference,
    /// Where it is.
    pub(super) location: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DatasetReference {
    dataset_id: String,
}

impl Dataset {
    /// Its name.
    pub(super) fn id(self) -> String {
        self.dataset_reference.dataset_id
    }
}

impl Page for Datasets {
    type Item = Dataset;

    fn take(self) -> (Vec<Dataset>, Option<String>) {
        (self.datasets, self.next_page_token)
    }
}
