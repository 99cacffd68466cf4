//! The token that a private key makes: who the user is, of which account, by which key, and for how long.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::error::{ConnectError, ConnectErrorKind as K};

/// How long a token is good for; the vendor takes an hour at most.
const LIFETIME: u64 = 120;

/// A token for `username` of `account`.
#[expect(clippy::disallowed_methods, reason = "the vendor compares the token's times with the time of day; nothing of ours depends on it")]
pub(super) fn token(key: &KeyPair, account: &str, username: &str) -> Result<String, ConnectError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| K::Internal)?.as_secs();
    signed(key, account, username, now)
}

fn signed(key: &KeyPair, account: &str, username: &str, now: u64) -> Result<String, ConnectError> {
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(|_| K::Internal)?;
    let fingerprint = STANDARD.encode(Sha256::digest(public.as_ref()));
    // Names are compared in upper case, the account's without its region.
    let subject = format!("{}.{}", account.to_uppercase(), username.to_uppercase());
    let claims = json!({"iss": format!("{subject}.SHA256:{fingerprint}"), "sub": subject, "iat": now, "exp": now + LIFETIME});
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT"})), part(&claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).map_err(|_| K::Internal)?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
