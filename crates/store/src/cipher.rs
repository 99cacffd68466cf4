//! Sealing a tenant's secrets: a data key for each organisation, wrapped by a master key.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};

use aes_gcm::Aes256Gcm;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::keyring::{KeyError, MasterKeys, cipher, decrypt, encrypt, random};
use crate::model::{DataKey, Tenant, Timestamp};
use crate::store::Store;

/// First byte of everything sealed: what follows is the data key's version (4 bytes, big-endian), nonce and ciphertext.
const FORMAT: u8 = 1;

/// What a sealed value belongs to. It opens nowhere else.
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
    #[error("sealed data is damaged or belongs to another datasource")]
    Damaged,
}

/// Seals and opens tenants' secrets; keeps opened data keys in memory.
pub struct Cipher {
    master: MasterKeys,
    store: Arc<dyn Store>,
    open: RwLock<HashMap<(Tenant, i32), Aes256Gcm>>,
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
            self.master.unwrap(&key.master_id, &key.wrapped, &key_aad(key.tenant, key.version))?;
        }
        Ok(())
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

    /// Seals `plain` for its place; makes the organisation's first data key where there is none.
    pub async fn seal(&self, binding: Binding, plain: &[u8], now: Timestamp) -> Result<Vec<u8>, CipherError> {
        let version = self.newest_version(binding.tenant, now).await?;
        let key = self.key(binding.tenant, version).await?;
        let mut sealed = vec![FORMAT];
        sealed.extend(version.to_be_bytes());
        sealed.extend(encrypt(&key, plain, &binding.aad()));
        Ok(sealed)
    }

    /// Opens what was sealed for the same place.
    pub async fn open(&self, binding: Binding, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        let (version, body) = match sealed.split_first_chunk::<5>() {
            Some(([FORMAT, a, b, c, d], body)) => (i32::from_be_bytes([*a, *b, *c, *d]), body),
            _ => return Err(CipherError::Damaged),
        };
        let key = self.key(binding.tenant, version).await?;
        decrypt(&key, body, &binding.aad()).ok_or(CipherError::Damaged)
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

    async fn key(&self, tenant: Tenant, version: i32) -> Result<Aes256Gcm, CipherError> {
        if let Some(key) = self.open.read().expect("no panic under this lock").get(&(tenant, version)) {
            return Ok(key.clone());
        }
        let keys = self.store.data_keys(tenant).await?;
        let stored = keys.iter().find(|key| key.version == version).ok_or(CipherError::Damaged)?;
        let plain = self.master.unwrap(&stored.master_id, &stored.wrapped, &key_aad(tenant, version))?;
        let key = cipher(plain.first_chunk().ok_or(CipherError::Damaged)?);
        self.open.write().expect("no panic under this lock").insert((tenant, version), key.clone());
        Ok(key)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cipher").field("master", &self.master).finish_non_exhaustive()
    }
}
