//! Where the metadata is, and which keys go with it: by value, by file, or in the embedded store's folder.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use store::MasterKeys;
use zeroize::Zeroizing;

use super::CliError;
use super::embedded::Embedded;
use crate::config::{Database, Keys};

/// The metadata store that the settings name.
pub(super) enum Metadata {
    Url(SecretString),
    Embedded(Embedded),
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
            Self::Url(url) => url.clone(),
            Self::Embedded(embedded) => SecretString::from(embedded.url()),
        }
    }

    /// The keys that are given, or those of the embedded store.
    pub(super) fn keys(&self, keys: &Keys) -> Result<MasterKeys, CliError> {
        let given = given(keys.master_keys.as_ref(), keys.master_keys_file.as_deref(), "HEADWATER_MASTER_KEYS")?;
        let text = match (given, self) {
            (Some(text), _) => text,
            (None, Self::Embedded(embedded)) => embedded.key()?,
            // Its error says what to set.
            (None, Self::Url(_)) => SecretString::from(""),
        };
        Ok(MasterKeys::parse(&text)?)
    }
}

/// A secret that is given by value or by file.
pub(super) fn given(value: Option<&SecretString>, file: Option<&Path>, name: &str) -> Result<Option<SecretString>, CliError> {
    match (value, file) {
        (Some(_), Some(_)) => Err(CliError::Text(format!("{name} and {name}_FILE are both set: set one of them"))),
        (Some(value), None) => Ok(Some(SecretString::from(value.expose_secret()))),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).map(Zeroizing::new);
            let text = text.map_err(|e| CliError::Text(format!("{name}_FILE: {}: {e}", path.display())))?;
            match text.trim() {
                "" => Err(CliError::Text(format!("{name}_FILE: {} is empty", path.display()))),
                text => Ok(Some(SecretString::from(text))),
            }
        }
        (None, None) => Ok(None),
    }
}
