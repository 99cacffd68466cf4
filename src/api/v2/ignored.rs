//! Keys of a body that were not used: named, never their values.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

const HEADER: HeaderName = HeaderName::from_static("headwater-ignored-fields");

/// How many are named.
const NAMED: usize = 32;

/// Whether a key can be repeated: short, and nothing that could forge a line or a list.
pub(super) fn is_printable(key: &str) -> bool {
    key.len() <= 64 && key.bytes().all(|b| b.is_ascii_graphic() && b != b',')
}

/// Dotted paths of keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ignored(Vec<String>);

impl Ignored {
    /// Adds keys that stand below `path`, which ends with a dot or is empty. What is no plain word is not repeated.
    pub(super) fn add(&mut self, path: &str, keys: impl IntoIterator<Item = impl AsRef<str>>) {
        let left = NAMED.saturating_sub(self.0.len());
        let named = keys.into_iter().filter(|key| is_printable(key.as_ref())).take(left);
        self.0.extend(named.map(|key| format!("{path}{}", key.as_ref())));
    }

    /// All of them in one line; none if there are none.
    pub(super) fn listed(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(", "))
    }

    /// `Headwater-Ignored-Fields`, if there are any.
    pub(super) fn header(&self) -> HeaderMap {
        let value = self.listed().and_then(|listed| HeaderValue::try_from(listed).ok());
        value.into_iter().map(|value| (HEADER, value)).collect()
    }
}
