//! Bearer tokens (RFC 6750).

use http::HeaderValue;

use crate::error::{ConnectError, ConnectErrorKind};

/// The value of `Authorization` for a token. No log shows it.
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, ConnectError> {
    secret(&format!("Bearer {token}"))
}

/// A value of a header that no log shows.
pub(crate) fn secret(text: &str) -> Result<HeaderValue, ConnectError> {
    let mut value = HeaderValue::try_from(text).map_err(|_| ConnectError::from(ConnectErrorKind::Rejected))?;
    value.set_sensitive(true);
    Ok(value)
}
