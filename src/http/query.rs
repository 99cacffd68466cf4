//! Queries, decoded.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use connectors::Rule;

use super::reject::Reject;

/// The query as pairs.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The value of a parameter; given twice it is no string.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Reject> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let (first, second) = (values.next(), values.next());
        if second.is_some() || first.is_some_and(|value| value.contains('\0')) {
            return Err(Reject::Parameter(name.to_owned(), Rule::NotString));
        }
        Ok(first)
    }

    /// The value of a parameter that must be there and not be empty.
    pub(crate) fn filled(&self, name: &str) -> Result<&str, Reject> {
        match self.get(name)? {
            None => Err(Reject::Parameter(name.to_owned(), Rule::Required)),
            Some(value) if value.trim().is_empty() => Err(Reject::Parameter(name.to_owned(), Rule::Empty)),
            Some(value) => Ok(value),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Reject;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Reject> {
        let query = parts.uri.query().unwrap_or_default();
        // Names are compared byte for byte: a query that is no text has none.
        if percent_encoding::percent_decode_str(query).decode_utf8().is_err() {
            return Err(Reject::QueryEncoding);
        }
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}
