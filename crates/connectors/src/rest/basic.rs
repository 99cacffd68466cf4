//! Basic authentication (RFC 7617), the same for every kind that speaks HTTP.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use crate::error::{ConnectError, ConnectErrorKind};

/// The value of `Authorization` for `user:password`, in whatever encoding the server reads. No log shows it.
pub(crate) fn authorization(pair: &[u8]) -> Result<HeaderValue, ConnectError> {
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).map_err(|_| ConnectErrorKind::Rejected)?;
    value.set_sensitive(true);
    Ok(value)
}
