//! Master keys: they wrap the organisations' data keys and nothing else.

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Why the master keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// None given.
    #[error("no key is given: set it to ID:KEY, for example the output of `headwater keys generate`")]
    Missing,
    /// Not `id:base64`.
    #[error("entry {0} is not ID:KEY; make one with `headwater keys generate`")]
    Form(usize),
    /// Not 32 bytes, or bytes that nobody drew at random.
    #[error("key `{0}` is not 32 random bytes in base64; make one with `headwater keys generate`")]
    Weak(String),
    /// Two keys of one id.
    #[error("the id `{0}` stands there twice")]
    Twice(String),
    /// Stored data is wrapped by a key that is not there.
    #[error("the key `{0}`, which wraps stored credentials, is not among the master keys: add it behind the newest, as ID:KEY")]
    Unknown(String),
    /// A key of the right id with other bytes.
    #[error("the key `{0}` is not the one that wrapped the stored credentials: set the original key for that id")]
    Wrong(String),
}

/// The server's master keys, newest first.
pub struct MasterKeys(Vec<(String, Aes256Gcm)>);

/// A new key as an entry for `HEADWATER_MASTER_KEYS`.
pub fn generate_master_key(id: &str) -> SecretString {
    let key = Zeroizing::new(random::<32>());
    SecretString::from(format!("{id}:{}", STANDARD.encode(key.as_slice())))
}

/// Whether a key can have this id.
pub fn is_key_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// Bytes from the operating system's generator.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has a random generator");
    bytes
}

impl MasterKeys {
    /// Reads `id:base64,id:base64`, newest first.
    pub fn parse(text: &SecretString) -> Result<Self, KeyError> {
        let mut keys: Vec<(String, Aes256Gcm)> = Vec::new();
        let entries = text.expose_secret().split([',', '\n']).map(str::trim).filter(|e| !e.is_empty());
        for (n, entry) in entries.enumerate() {
            let (id, encoded) = entry.split_once(':').ok_or(KeyError::Form(n + 1))?;
            if !is_key_id(id) {
                return Err(KeyError::Form(n + 1));
            }
            let weak = || KeyError::Weak(id.to_owned());
            let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| weak())?);
            if bytes.len() != 32 || !looks_random(&bytes) {
                return Err(weak());
            }
            if keys.iter().any(|(known, _)| known == id) {
                return Err(KeyError::Twice(id.to_owned()));
            }
            keys.push((id.to_owned(), Aes256Gcm::new_from_slice(&bytes).map_err(|_| weak())?));
        }
        if keys.is_empty() { Err(KeyError::Missing) } else { Ok(Self(keys)) }
    }

    /// The id of the key that wraps from now on.
    pub fn newest(&self) -> &str {
        &self.0[0].0
    }

    /// Wraps `plain` under the newest key, bound to `aad`: nonce and ciphertext.
    pub(crate) fn wrap(&self, plain: &[u8], aad: &[u8]) -> Vec<u8> {
        encrypt(&self.0[0].1, plain, aad)
    }

    /// Opens what `wrap` made under the key `id`.
    pub(crate) fn unwrap(&self, id: &str, wrapped: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (_, key) = self.0.iter().find(|(known, _)| known == id).ok_or_else(|| KeyError::Unknown(id.to_owned()))?;
        decrypt(key, wrapped, aad).ok_or_else(|| KeyError::Wrong(id.to_owned()))
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

/// Fewer than twelve different bytes among 32 do not come from a generator (chance below 10⁻¹⁵), but from a keyboard.
fn looks_random(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in bytes {
        seen[usize::from(*byte)] = true;
    }
    let printable = bytes.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
    !printable && seen.iter().filter(|s| **s).count() >= 12
}

pub(crate) fn encrypt(key: &Aes256Gcm, msg: &[u8], aad: &[u8]) -> Vec<u8> {
    let nonce = random::<12>();
    let sealed = key.encrypt(&Nonce::from(nonce), Payload { msg, aad }).expect("AES-GCM takes any message below 64 GiB");
    [nonce.as_slice(), &sealed].concat()
}

pub(crate) fn decrypt(key: &Aes256Gcm, sealed: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, msg) = sealed.split_first_chunk::<12>()?;
    key.decrypt(&Nonce::from(*nonce), Payload { msg, aad }).ok().map(Zeroizing::new)
}

/// A cipher from 32 bytes.
pub(crate) fn cipher(bytes: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<MasterKeys, KeyError> {
        MasterKeys::parse(&SecretString::from(text))
    }

    /// Threat L9: no key, a short key, a key of one's own invention, the placeholder of the documentation.
    #[test]
    fn l9_weak_keys_are_refused() {
        assert_eq!(parse("").map(drop), Err(KeyError::Missing));
        assert_eq!(parse(" , ").map(drop), Err(KeyError::Missing));
        assert_eq!(parse("just-a-text").map(drop), Err(KeyError::Form(1)));
        for key in [
            "c2hvcnQ=",
            &STANDARD.encode([0; 32]),
            &STANDARD.encode([7; 64]),
            &STANDARD.encode("correct horse battery staple 123"),
            "REPLACE_ME",
        ] {
            assert_eq!(parse(&format!("k1:{key}")).map(drop), Err(KeyError::Weak("k1".into())), "{key}");
        }
        let good = generate_master_key("k1");
        let good = good.expose_secret();
        assert_eq!(parse(&format!("{good},{good}")).map(drop), Err(KeyError::Twice("k1".into())));
        assert_eq!(parse(good).expect("good").newest(), "k1");
    }

    #[test]
    fn a_wrapped_key_opens_under_its_master_key_and_binding_only() {
        let (one, two) = (generate_master_key("k1"), generate_master_key("k1"));
        let (one, two) = (parse(one.expose_secret()).expect("one"), parse(two.expose_secret()).expect("two"));
        let wrapped = one.wrap(b"data", b"here");
        assert_eq!(one.unwrap("k1", &wrapped, b"here").expect("opens").as_slice(), b"data");
        assert_eq!(two.unwrap("k1", &wrapped, b"here").map(drop), Err(KeyError::Wrong("k1".into())));
        assert_eq!(one.unwrap("k1", &wrapped, b"there").map(drop), Err(KeyError::Wrong("k1".into())));
        assert_eq!(one.unwrap("k2", &wrapped, b"here").map(drop), Err(KeyError::Unknown("k2".into())));
        assert_eq!(one.unwrap("k1", &wrapped[..5], b"here").map(drop), Err(KeyError::Wrong("k1".into())), "shorter than a nonce");
        assert!(!format!("{one:?}").contains("Aes"));
    }
}
