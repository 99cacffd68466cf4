//! Lists that come page by page: the last page is the one without a token, not the one without items.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::workspace::Workspace;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::encoded;

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Page<T> {
    #[serde(default = "Vec::new", alias = "catalogs", alias = "schemas", alias = "tables")]
    items: Vec<T>,
    #[serde(default)]
    next_page_token: Option<String>,
}

/// A list that is being read.
pub(super) struct Pages<T> {
    /// Path and query, without a token.
    path: String,
    next: Option<String>,
    ended: bool,
    items: PhantomData<T>,
}

impl<T: DeserializeOwned> Pages<T> {
    /// The list at `path`, which has a query already.
    pub(super) fn new(path: String) -> Self {
        Self { path, next: None, ended: false, items: PhantomData }
    }

    /// The items of the next page, if there is one.
    pub(super) async fn next(&mut self, workspace: &mut Workspace) -> Result<Option<Vec<T>>, ConnectError> {
        if self.ended {
            return Ok(None);
        }
        let token = self.next.as_deref().map(|token| format!("&page_token={}", encoded(token))).unwrap_or_default();
        let page: Page<T> = workspace.get(&format!("{}{token}", self.path)).await?;
        let next = page.next_page_token.filter(|token| !token.is_empty());
        // A page that leads to itself would never end.
        if next.is_some() && next == self.next {
            return Err(K::Protocol.into());
        }
        self.ended = next.is_none();
        self.next = next;
        Ok(Some(page.items))
    }
}
