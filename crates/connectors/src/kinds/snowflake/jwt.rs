//! The token that a private key makes: who the user is, of which account, by which key, and for how long.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::clock;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::jwt::signed;

/// How long a token is good for, in seconds; the vendor takes an hour at most.
const LIFETIME: u64 = 120;

/// A token for `username` of `account`.
pub(super) fn token(key: &KeyPair, account: &str, username: &str) -> Result<String, ConnectError> {
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(|_| K::Internal)?;
    let fingerprint = STANDARD.encode(Sha256::digest(public.as_ref()));
    // Names are compared in upper case, the account's without its region.
    let subject = format!("{}.{}", account.to_uppercase(), username.to_uppercase());
    let now = clock::seconds();
    let claims = json!({"iss": format!("{subject}.SHA256:{fingerprint}"), "sub": subject, "iat": now, "exp": now + LIFETIME});
    Ok(signed(key, None, &claims).map_err(|_| K::Internal)?)
}
