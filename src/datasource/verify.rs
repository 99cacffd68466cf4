//! Whether what is sealed opens with the master keys that are given.

use connectors::Registry;
use store::{Cipher, CipherError, DataKey, KeyError, Organisation, Store, StoreError};

use super::failure::Failure;
use super::sealed;

/// So many datasources of an organisation are a sample.
const SAMPLE: usize = 10;

/// What was opened, and what could not be.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// Data keys that open.
    pub(crate) keys: usize,
    /// Datasources whose credentials open.
    pub(crate) opened: usize,
    /// Datasources that there are.
    pub(crate) datasources: usize,
    pub(crate) losses: Vec<Loss>,
}

/// What would be lost.
#[derive(Debug)]
pub(crate) enum Loss {
    /// A data key, and with it the credentials of so many datasources.
    Key { organisation: Organisation, key: DataKey, cause: KeyError, datasources: usize },
    /// The credentials of a datasource whose data key opens.
    Datasource { organisation: Organisation, name: String, cause: Failure },
}

/// Opens every data key, and what is sealed under them: all of it, or a sample of each organisation's.
pub(crate) async fn verify(store: &dyn Store, cipher: &Cipher, all: bool) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    for organisation in store.organisations().await? {
        let (mut lost, names) = (Vec::new(), store.datasource_names(organisation.tenant, None).await?);
        for key in store.data_keys(organisation.tenant).await? {
            match cipher.try_key(&key) {
                Ok(()) => verified.keys += 1,
                Err(cause) => lost.push((key, cause, 0)),
            }
        }
        verified.datasources += names.len();
        // Where a key is lost, everything is tried: what hangs on it is counted.
        let step = if all || !lost.is_empty() { 1 } else { names.len().div_ceil(SAMPLE).max(1) };
        for name in names.into_iter().rev().step_by(step) {
            // One that was deleted meanwhile is not lost.
            let Some(stored) = store.datasource(organisation.tenant, &name).await? else { continue };
            match sealed::open_with(cipher, Registry, organisation.tenant, &stored).await {
                Ok(_) => verified.opened += 1,
                Err(Failure::Store(cause) | Failure::Cipher(CipherError::Store(cause))) => return Err(cause),
                Err(cause) => match lost.iter_mut().find(|(key, ..)| cipher.is_under(key, &stored.sealed)) {
                    Some((_, _, datasources)) => *datasources += 1,
                    None => verified.losses.push(Loss::Datasource { organisation: organisation.clone(), name, cause }),
                },
            }
        }
        let keys = lost.into_iter();
        verified.losses.extend(keys.map(|(key, cause, datasources)| Loss::Key {
            organisation: organisation.clone(),
            key,
            cause,
            datasources,
        }));
    }
    Ok(verified)
}
