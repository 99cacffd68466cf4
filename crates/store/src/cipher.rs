//! Sealing a tenant's secrets: a data key for each organisation, wrapped by a master key.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, RwLock};

use aes_gcm::Aes256Gcm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::key::DataKey;
use crate::keyring::{KeyError, MasterKeys, cipher, decrypt, encrypt, random};
use crate::model::{Hash, Tenant, Timestamp};
use crate::store::Store;

/// First byte of everything sealed: what follows is the data key's version (4 bytes, big-endian), nonce and ciphertext.
const PLACED: u8 = 2;

/// First byte of what 0.1.0 sealed: bound to a datasource, but to no place.
const UNPLACED: u8 = 1;

/// What a sealed value belongs to. It opens for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The organisation.
    pub tenant: Tenant,
    /// The datasource.
    pub datasource: Uuid,
    /// What the value is, for example `credentials`.
    pub purpose: &'static str,
}

impl Binding {
    fn aad(&self) -> Vec<u8> {
        format!("headwater/v1/{}/{}/{}", self.tenant, self.datasource, self.purpose).into_bytes()
    }

    fn aad_at(&self, place: &Hash) -> Vec<u8> {
        let head = format!("headwater/v2/{}/{}/{}/", self.tenant, self.datasource, self.purpose);
        [head.as_bytes(), place].concat()
    }
}

fn key_aad(tenant: Tenant, version: i32) -> Vec<u8> {
    format!("headwater/v1/{tenant}/data-key/{version}").into_bytes()
}

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum CipherError {
    /// The master keys do not fit the stored data keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealed bytes were changed, or belong elsewhere.
    #[error("sealed data is damaged or belongs to another datasource or place")]
    Damaged,
}

/// A data key in use.
#[derive(Clone)]
struct OpenKey {
    cipher: Aes256Gcm,
    fingerprint: Hmac<Sha256>,
}

/// A key for fingerprints alone, drawn from the data key.
fn fingerprint_key(data_key: &[u8; 32]) -> Hmac<Sha256> {
    let mac = |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    let mut derived = mac(data_key);
    derived.update(b"headwater/v1/fingerprint");
    mac(&derived.finalize().into_bytes())
}

/// The data key's version in something sealed in `format`, and the rest.
fn parts(format: u8, sealed: &[u8]) -> Result<(i32, &[u8]), CipherError> {
    match sealed.split_first_chunk::<5>() {
        Some(([first, a, b, c, d], body)) if *first == format => Ok((i32::from_be_bytes([*a, *b, *c, *d]), body)),
        _ => Err(CipherError::Damaged),
    }
}

/// Seals and opens tenants' secrets; keeps opened data keys in memory.
pub struct Cipher {
    master: MasterKeys,
    store: Arc<dyn Store>,
    open: RwLock<HashMap<(Tenant, i32), OpenKey>>,
    newest: RwLock<HashMap<Tenant, i32>>,
}

impl Cipher {
    /// A cipher over the data keys in `store`.
    pub fn new(master: MasterKeys, store: Arc<dyn Store>) -> Self {
        Self { master, store, open: RwLock::default(), newest: RwLock::default() }
    }

    /// Tries every master key in use on a stored data key, so that a server with wrong keys does not start.
    pub async fn verify(&self) -> Result<(), CipherError> {
        for key in self.store.data_key_samples().await? {
            self.try_key(&key)?;
        }
        Ok(())
    }

    /// Whether the master keys open a data key; why not.
    pub fn try_key(&self, key: &DataKey) -> Result<(), KeyError> {
        self.master.unwrap(&key.master_id, &key.wrapped, &key_aad(key.tenant, key.version)).map(drop)
    }

    /// Whether something of its organisation's is sealed under a data key.
    pub fn is_under(&self, key: &DataKey, sealed: &[u8]) -> bool {
        parts(PLACED, sealed).or_else(|_| parts(UNPLACED, sealed)).is_ok_and(|(version, _)| version == key.version)
    }

    /// Wraps every data key anew that is not under the newest master key; how many there were.
    pub async fn rewrap(&self) -> Result<usize, CipherError> {
        let old = self.store.data_keys_not_under(self.master.newest()).await?;
        for key in &old {
            let aad = key_aad(key.tenant, key.version);
            let plain = self.master.unwrap(&key.master_id, &key.wrapped, &aad)?;
            let rewrapped = DataKey { master_id: self.master.newest().to_owned(), wrapped: self.master.wrap(&plain, &aad), ..key.clone() };
            self.store.rewrap_data_key(key.tenant, &rewrapped).await?;
        }
        Ok(old.len())
    }

    /// Forgets the opened data keys of organisations that are not there any more.
    pub async fn forget_the_deleted(&self) -> Result<(), CipherError> {
        let there: HashSet<Tenant> = self.store.organisations().await?.into_iter().map(|organisation| organisation.tenant).collect();
        self.open.write().expect("no panic under this lock").retain(|(tenant, _), _| there.contains(tenant));
        self.newest.write().expect("no panic under this lock").retain(|tenant, _| there.contains(tenant));
        Ok(())
    }

    /// Seals `plain` for a place, given as a hash of all that names it; makes the organisation's first data key where
    /// there is none.
    pub async fn seal(&self, binding: Binding, place: &Hash, plain: &[u8], now: Timestamp) -> Result<Vec<u8>, CipherError> {
        self.seal_as(PLACED, binding.tenant, &binding.aad_at(place), plain, now).await
    }

    /// Opens what was sealed for the same place.
    pub async fn open(&self, binding: Binding, place: &Hash, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        self.open_as(PLACED, binding.tenant, &binding.aad_at(place), sealed).await
    }

    /// Opens what 0.1.0 sealed. It holds its place within, so that it needs none.
    pub async fn open_unplaced(&self, binding: Binding, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        self.open_as(UNPLACED, binding.tenant, &binding.aad(), sealed).await
    }

    /// Seals as 0.1.0 did, for tests of what is read of it.
    #[cfg(feature = "testing")]
    pub async fn seal_unplaced(&self, binding: Binding, plain: &[u8], now: Timestamp) -> Result<Vec<u8>, CipherError> {
        self.seal_as(UNPLACED, binding.tenant, &binding.aad(), plain, now).await
    }

    async fn seal_as(&self, format: u8, tenant: Tenant, aad: &[u8], plain: &[u8], now: Timestamp) -> Result<Vec<u8>, CipherError> {
        let version = self.newest_version(tenant, now).await?;
        let key = self.key(tenant, version).await?;
        let mut sealed = vec![format];
        sealed.extend(version.to_be_bytes());
        sealed.extend(encrypt(&key.cipher, plain, aad));
        Ok(sealed)
    }

    async fn open_as(&self, format: u8, tenant: Tenant, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        let (version, body) = parts(format, sealed)?;
        let key = self.key(tenant, version).await?;
        decrypt(&key.cipher, body, aad).ok_or(CipherError::Damaged)
    }

    /// A keyed hash of a secret, to tell whether it changed: equal for equal secrets of one datasource, wherever it points,
    /// and of no use without the organisation's key.
    pub async fn fingerprint(&self, binding: Binding, name: &str, secret: &[u8], sealed: &[u8]) -> Result<String, CipherError> {
        // `sealed` says which of its keys.
        let (version, _) = parts(PLACED, sealed).or_else(|_| parts(UNPLACED, sealed))?;
        let key = self.key(binding.tenant, version).await?;
        let mut mac = key.fingerprint.clone();
        for part in [binding.aad().as_slice(), name.as_bytes(), secret] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Ok(URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..12]))
    }

    async fn newest_version(&self, tenant: Tenant, now: Timestamp) -> Result<i32, CipherError> {
        if let Some(version) = self.newest.read().expect("no panic under this lock").get(&tenant) {
            return Ok(*version);
        }
        if self.store.data_keys(tenant).await?.is_empty() {
            let plain = Zeroizing::new(random::<32>());
            let wrapped = self.master.wrap(plain.as_slice(), &key_aad(tenant, 1));
            let key = DataKey { tenant, version: 1, master_id: self.master.newest().to_owned(), wrapped };
            // Another replica may be first: its key stands, and is the one read next.
            self.store.add_data_key(tenant, &key, now).await?;
        }
        let version = self.store.data_keys(tenant).await?.first().ok_or(CipherError::Damaged)?.version;
        self.newest.write().expect("no panic under this lock").insert(tenant, version);
        Ok(version)
    }

    async fn key(&self, tenant: Tenant, version: i32) -> Result<OpenKey, CipherError> {
        if let Some(key) = self.open.read().expect("no panic under this lock").get(&(tenant, version)) {
            return Ok(key.clone());
        }
        let keys = self.store.data_keys(tenant).await?;
        let stored = keys.iter().find(|key| key.version == version).ok_or(CipherError::Damaged)?;
        let plain = self.master.unwrap(&stored.master_id, &stored.wrapped, &key_aad(tenant, version))?;
        let plain: &[u8; 32] = plain.first_chunk().ok_or(CipherError::Damaged)?;
        let key = OpenKey { cipher: cipher(plain), fingerprint: fingerprint_key(plain) };
        self.open.write().expect("no panic under this lock").insert((tenant, version), key.clone());
        Ok(key)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cipher").field("master", &self.master).finish_non_exhaustive()
    }
}
