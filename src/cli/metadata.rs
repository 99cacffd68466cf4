//! Where the metadata is, and which keys go with it: by value, by file, or in the embedded store's folder.

use std::path::Path;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use store::{Cipher, CipherError, MasterKeys, Store};
use zeroize::Zeroizing;

use super::CliError;
use super::embedded::Embedded;
use crate::config::{Database, Keys};

/// The metadata store that the settings name.
pub(super) enum Metadata {
    Url(Given),
    Embedded(Embedded),
}

/// A secret, and the setting that it came by.
pub(super) struct Given {
    pub(super) secret: SecretString,
    pub(super) setting: String,
}

/// Master keys, and the setting or the file that they came by.
pub(super) struct Keyring {
    keys: MasterKeys,
    setting: String,
}

impl Keyring {
    /// What seals and opens with these keys.
    pub(super) fn cipher(self, store: Arc<dyn Store>) -> Cipher {
        Cipher::new(self.keys, store)
    }

    /// The same, if they open what the store holds.
    pub(super) async fn verified(self, store: Arc<dyn Store>) -> Result<Cipher, CliError> {
        let cipher = Cipher::new(self.keys, store);
        match cipher.verify().await {
            Ok(()) => Ok(cipher),
            Err(CipherError::Key(error)) => Err(CliError::Setting(self.setting, error.to_string())),
            Err(error) => Err(error.into()),
        }
    }
}

impl Metadata {
    /// By URL if there is one, else the embedded store.
    pub(super) fn of(database: &Database) -> Result<Self, CliError> {
        let url = given(database.database_url.as_ref(), database.database_url_file.as_deref(), "DATABASE_URL")?;
        Ok(url.map_or_else(|| Self::Embedded(Embedded::of(&database.data_dir)), Self::Url))
    }

    /// The same for a command that makes no store by itself: an embedded one has to be there.
    pub(super) fn existing(database: &Database) -> Result<Self, CliError> {
        match Self::of(database)? {
            Self::Embedded(embedded) if !embedded.is_there() => Err(CliError::Text(format!(
                "there is no store at {}: set DATABASE_URL or DATABASE_URL_FILE, or HEADWATER_DATA_DIR to the folder of an embedded store",
                embedded.store_file().display()
            ))),
            found => Ok(found),
        }
    }

    /// The store's URL.
    pub(super) fn url(&self) -> SecretString {
        match self {
            Self::Url(url) => url.secret.clone(),
            Self::Embedded(embedded) => SecretString::from(embedded.url()),
        }
    }

    /// Opens the store and brings it to this version's form. What keeps it from that names the setting and the place.
    pub(super) async fn open(&self, connections: u32) -> Result<Arc<dyn Store>, CliError> {
        let setting = match self {
            Self::Url(url) => url.setting.as_str(),
            Self::Embedded(_) => "HEADWATER_DATA_DIR",
        };
        let failed = |cause: String| CliError::Setting(setting.to_owned(), cause);
        let store = store::open(&self.url(), connections).await.map_err(|error| failed(error.to_string()))?;
        store.migrate().await.map_err(|error| failed(error.to_string()))?;
        Ok(store)
    }

    /// The keys that are given, or those of the embedded store.
    pub(super) fn keys(&self, keys: &Keys) -> Result<Keyring, CliError> {
        let name = "HEADWATER_MASTER_KEYS";
        let given = given(keys.master_keys.as_ref(), keys.master_keys_file.as_deref(), name)?;
        let (secret, setting) = match (given, self) {
            (Some(given), _) => (given.secret, given.setting),
            (None, Self::Embedded(embedded)) => (embedded.key()?, embedded.key_file().display().to_string()),
            // Its error says what to set.
            (None, Self::Url(_)) => (SecretString::from(""), name.to_owned()),
        };
        match MasterKeys::parse(&secret) {
            Ok(keys) => Ok(Keyring { keys, setting }),
            Err(error) => Err(CliError::Setting(setting, error.to_string())),
        }
    }
}

/// A secret that is given by value or by file.
pub(super) fn given(value: Option<&SecretString>, file: Option<&Path>, name: &str) -> Result<Option<Given>, CliError> {
    match (value, file) {
        (Some(_), Some(_)) => Err(CliError::Text(format!("{name} and {name}_FILE are both set: set one of them"))),
        (Some(value), None) => Ok(Some(Given { secret: SecretString::from(value.expose_secret()), setting: name.to_owned() })),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).map(Zeroizing::new);
            let setting = format!("{name}_FILE: {}", path.display());
            let text = text.map_err(|error| CliError::Setting(setting.clone(), error.to_string()))?;
            match text.trim() {
                "" => Err(CliError::Setting(setting, "the file is empty".to_owned())),
                text => Ok(Some(Given { secret: SecretString::from(text), setting })),
            }
        }
        (None, None) => Ok(None),
    }
}
