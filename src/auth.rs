//! Service tokens: made, presented, looked up.

mod batch;
mod failures;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::future::Cache;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use store::{Hash, Scope, Store, StoreError, Tenant, Token};
use uuid::Uuid;

use self::batch::Batch;
use crate::clock;

pub(crate) use self::failures::Failures;

const PREFIX: &str = "dbn_live_";

/// How long a token that was found good is not asked for again. Revocation must hold on every replica within a second.
const TRUST: Duration = Duration::from_millis(500);

/// A token is noted as used once a minute at most.
const NOTED: i64 = 60_000;

/// A new token: `dbn_live_` and 32 random bytes.
pub(crate) fn generate() -> SecretString {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has a random generator");
    SecretString::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What the store keeps of a token.
pub(crate) fn hash(token: &SecretString) -> Hash {
    Sha256::digest(token.expose_secret()).into()
}

/// The bearer token that the request carries.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The hash of the token that the request carries, if it has the form of one.
fn presented(headers: &HeaderMap) -> Option<Hash> {
    let token = bearer(headers)?;
    let body = token.strip_prefix(PREFIX)?;
    let sound = URL_SAFE_NO_PAD.decode(body).is_ok_and(|bytes| bytes.len() == 32);
    sound.then(|| Sha256::digest(token).into())
}

/// Whether the request carries this token. Hashes are compared, so that the time it takes tells nothing of the token.
pub(crate) fn carries(headers: &HeaderMap, token: &Hash) -> bool {
    bearer(headers).is_some_and(|given| Hash::from(Sha256::digest(given)) == *token)
}

/// Looks tokens up, and remembers good ones for an instant.
pub(crate) struct Tokens {
    store: Arc<dyn Store>,
    good: Cache<Hash, Token>,
    doubtful: Batch,
}

impl Tokens {
    /// Tokens of `store`.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let doubtful = Batch::new(store.clone());
        Self { store, good: Cache::builder().max_capacity(10_000).time_to_live(TRUST).build(), doubtful }
    }

    /// Who sent a request with these headers. A request in `doubt` comes from where too many failed: its token is looked up together
    /// with those of others like it, so that guesses cost no statement each, and a good one is not refused.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap, doubt: bool) -> Result<Principal, AuthError> {
        let hash = presented(headers).ok_or(AuthError::Refused)?;
        let found = self.good.try_get_with(hash, self.look_up(hash, doubt)).await;
        let token = found.map_err(|error| (*error).clone())?;
        if token.revoked_at.is_some() || token.expires_at.is_some_and(|end| end <= clock::now()) {
            return Err(AuthError::Refused);
        }
        Ok(Principal { tenant: token.tenant, scope: token.scope, token: token.id })
    }

    async fn look_up(&self, hash: Hash, doubt: bool) -> Result<Token, AuthError> {
        let found = if doubt { self.doubtful.token(hash).await } else { self.store.token(&hash).await.map_err(Arc::new) };
        let found = found.map_err(AuthError::Store)?;
        let token = found.ok_or(AuthError::Refused)?;
        let now = clock::now();
        if token.last_used_at.is_none_or(|last| now.0 - last.0 > NOTED) {
            let (store, tenant, id) = (self.store.clone(), token.tenant, token.id);
            // Nobody waits for the note, and nobody misses it.
            tokio::spawn(async move { store.touch_token(tenant, id, now).await });
        }
        Ok(token)
    }
}

/// Why nobody is known to have sent a request.
#[derive(Debug, Clone)]
pub(crate) enum AuthError {
    /// No token, or none that is good.
    Refused,
    /// The store could not be asked.
    Store(Arc<StoreError>),
}

/// Who sent a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Principal {
    pub(crate) tenant: Tenant,
    pub(crate) scope: Scope,
    /// The token's handle, for the log.
    pub(crate) token: Uuid,
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(value: &str) -> HeaderMap {
        [(header::AUTHORIZATION, HeaderValue::from_str(value).expect("header"))].into_iter().collect()
    }

    #[test]
    fn only_the_form_of_a_token_is_looked_up() {
        let token = generate();
        let text = token.expose_secret();
        assert_eq!(text.len(), PREFIX.len() + 43);
        for good in [format!("Bearer {text}"), format!("bearer  {text} ")] {
            assert_eq!(presented(&headers(&good)), Some(hash(&token)), "{good}");
        }
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            text,
            &format!("Basic {text}"),
            &format!("Bearer {text}x"),
            "Bearer dbn_live_abc123",
            "Bearer dbn_live_%00",
        ] {
            assert_eq!(presented(&headers(bad)), None, "{bad}");
        }
        let mut two = headers(&format!("Bearer {text}"));
        two.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer other"));
        assert_eq!(presented(&two), None);
        assert_ne!(generate().expose_secret(), text);
    }
}
