//! Basic authentication (RFC 7617), the same for every kind that speaks HTTP.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use super::bearer::secret;
use crate::error::ConnectError;

/// The value of `Authorization` for `user:password`, in whatever encoding the server reads. No log shows it.
pub(crate) fn authorization(pair: &[u8]) -> Result<HeaderValue, ConnectError> {
    secret(&format!("Basic {}", STANDARD.encode(pair)))
}
